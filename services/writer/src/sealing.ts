/** How a sealed day's manifest follows from the one before it. */
import type { Manifest, ManifestContent } from '@emso/products';

export interface Sealing {
  /** The manifest of the day's last sealing; absent when it is sealed for the first time. */
  readonly before: Manifest | undefined;
  readonly content: ManifestContent;
  /** False when a contributing session has holes: the day is `incomplete`. */
  readonly contiguous: boolean;
  /** Highest version of the day that may have been given before, 0 for none: no number is given twice. */
  readonly lastGiven: number;
  readonly nowIso: string;
  /** The sensors whose records the day takes values from, by id. */
  readonly donors: readonly string[];
}

/**
 * The manifest of a day that is sealed now. Equal files keep their version: sealing again changes nothing. It is `pending`
 * until the sealing has been announced.
 */
export function sealedManifest({ before, content, contiguous, lastGiven, nowIso, donors }: Sealing): Manifest {
  const state = contiguous ? 'sealed' : 'incomplete';
  const same = before !== undefined && hasEqualFiles(before.content, content);
  if (same) return { content, history: { ...before.history, state, pending: true } };
  const version = Math.max(before?.history.version ?? 0, lastGiven) + 1;
  const notes = [...(before?.history.notes ?? [])];
  if (before !== undefined) notes.push(`v${version}: ${noteOf(before.content, content, donors)}`);
  return { content, history: { state, version, sealedAt: nowIso, pending: true, notes } };
}

function hasEqualFiles({ files: a }: ManifestContent, { files: b }: ManifestContent): boolean {
  return a.csv.sha256 === b.csv.sha256 && a.netcdf.sha256 === b.netcdf.sha256;
}

function noteOf(before: ManifestContent, after: ManifestContent, donors: readonly string[]): string {
  const reasons: string[] = [];
  if (before.build !== after.build) reasons.push(`build ${before.build} became ${after.build}`);
  if (before.expertFlags !== after.expertFlags) reasons.push('expert flags changed');
  const [was, is] = [before.raw.records, after.raw.records];
  if (before.raw.digest !== after.raw.digest) {
    // One digest covers both: which of the two changed shows only in the number of records.
    const unclear = donors.length > 0 && was === is;
    reasons.push(
      unclear ? `raw records of the day or of ${donors.join(', ')} changed` : `raw records ${was} became ${is}`,
    );
  }
  return reasons.join('; ') || 'files were repaired';
}
