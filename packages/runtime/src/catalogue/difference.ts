/** What stands between a record and the catalogue: decided in one place, for the push, its dry run and the comparison. */
import type { CatalogueRecord } from '@emso/core';
import type { FarEnd, RemoteRecord } from './far-end.ts';
import { parentsFirst } from './order.ts';
import type { RecordEntry } from './sync-memory.ts';

/** The canonical hash of a text; throws when it is no record. */
export type HashOf = (xml: string) => string;

export interface Difference {
  readonly content: 'create' | 'update' | 'same';
  /** What shall become of it; whether our account may do it is another question. */
  readonly visibility: 'publish' | 'unpublish' | 'same';
}

/**
 * Compares a record with what stands at the far end. Content is the same when the canonical forms are, or when the far end still has what
 * it made of this very content: some rewrite more than we know.
 */
export function differenceOf(
  record: CatalogueRecord,
  remote: RemoteRecord | undefined,
  remoteHash: string | undefined,
  entry: Pick<RecordEntry, 'contentHash' | 'remoteHash'> | undefined,
): Difference {
  if (record.withdrawn === true) {
    return { content: 'same', visibility: remote?.isPublic === true ? 'unpublish' : 'same' };
  }
  const visibility = remote?.isPublic === true ? 'same' : 'publish';
  if (remote === undefined) return { content: 'create', visibility };
  const isKnown = entry?.contentHash === record.contentHash && entry.remoteHash === remoteHash;
  const isSame = remoteHash !== undefined && (remoteHash === record.contentHash || isKnown);
  return { content: isSame ? 'same' : 'update', visibility };
}

/** The hash of what stands there; undefined when nothing does, or nothing that is a record. */
export function hashOfRemote(remote: RemoteRecord | undefined, hashOf: HashOf): string | undefined {
  if (remote === undefined) return undefined;
  try {
    return hashOf(remote.xml);
  } catch {
    // Something else stands under our uuid: it differs from every record.
    return undefined;
  }
}

export interface ComparedRecord extends Difference {
  readonly record: CatalogueRecord;
  readonly remote: RemoteRecord | undefined;
}

/** Compares all records with a far end that was opened, in the order in which they would be pushed. Only reads. Throws what `read` throws. */
export async function compareRecords(
  farEnd: Pick<FarEnd, 'read'>,
  records: readonly CatalogueRecord[],
  known: (uuid: string) => RecordEntry | undefined,
  hashOf: HashOf,
): Promise<ComparedRecord[]> {
  const compared: ComparedRecord[] = [];
  for (const record of parentsFirst(records)) {
    const remote = await farEnd.read(record.uuid);
    const difference = differenceOf(record, remote, hashOfRemote(remote, hashOf), known(record.uuid));
    compared.push({ ...difference, record, remote });
  }
  return compared;
}
