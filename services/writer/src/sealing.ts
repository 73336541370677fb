/** How a sealed day's manifest follows from the one before it. */
import type { Manifest, ManifestContent } from '@emso/products';

/**
 * The manifest of a day that is sealed now. A day whose sessions have holes is `incomplete`. Equal content keeps its version:
 * sealing again changes nothing but the pending mark.
 */
export function sealedManifest(
  before: Manifest | undefined,
  content: ManifestContent,
  contiguous: boolean,
  nowIso: string,
): Manifest {
  const state = contiguous ? 'sealed' : 'incomplete';
  const same = before !== undefined && JSON.stringify(before.content.files) === JSON.stringify(content.files);
  if (same) return { content, history: { ...before.history, state, pending: false } };
  const version = (before?.history.version ?? 0) + 1;
  const notes = [...(before?.history.notes ?? [])];
  if (before !== undefined) notes.push(`v${version}: ${noteOf(before.content, content)}`);
  return { content, history: { state, version, sealedAt: nowIso, pending: false, notes } };
}

function noteOf(before: ManifestContent, after: ManifestContent): string {
  const reasons: string[] = [];
  if (before.build !== after.build) reasons.push(`build ${before.build} became ${after.build}`);
  if (before.raw.digest !== after.raw.digest)
    reasons.push(`raw records ${before.raw.records} became ${after.raw.records}`);
  return reasons.join('; ') || 'files were repaired';
}
