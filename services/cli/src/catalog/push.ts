/** `emso catalog push`: one round of the sync, or what it would do. */
import { type CatalogueRecord, canonicalHash } from '@emso/products';
import {
  CatalogueSync,
  compareRecords,
  type FarEnd,
  parentsFirst,
  type RecordEntry,
  SyncMemory,
  type Write,
} from '@emso/runtime/catalogue';
import { lockDataRoot } from '@emso/runtime/lock';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { catalogueOf, commandFailure, openFarEnd, recordsFor } from './far-end.ts';
import type { CatalogOptions } from './options.ts';

export interface PushOptions extends CatalogOptions {
  readonly dryRun?: boolean;
  readonly deleteWithdrawn?: boolean;
}

const BACKOFF = { firstMs: 1000, capMs: 10_000 };
const TRIES = 3;

/** Pushes and prints where each record stands. Throws CommandFailure when the far end or the notes cannot be used. */
export async function push(options: PushOptions): Promise<void> {
  const { config, farEnd } = catalogueOf(loadSiteFile(options.observatory));
  const records = await recordsFor(options);
  const memory = openMemory(options, farEnd);
  if (options.dryRun) return dryRun(farEnd, records, memory, options.deleteWithdrawn === true);
  const progress = startProgress('records', records.length);
  const writes = new Map<string, Write[]>();
  const sync = new CatalogueSync({
    farEnd,
    memory,
    hashOf: canonicalHash,
    publish: config.publish,
    deleteWithdrawn: options.deleteWithdrawn ?? false,
    tries: TRIES,
    backoff: BACKOFF,
    onTurn: () => progress.step(),
    onWrite: (write, { uuid }) => writes.set(uuid, [...(writes.get(uuid) ?? []), write]),
  });
  const { fault } = await sync.round(records, { recheckAll: true, retryRefused: true }).finally(() => progress.stop());
  const entries = parentsFirst(records).flatMap(({ uuid }) => {
    const entry = memory.get(uuid);
    return entry === undefined ? [] : [{ uuid, entry }];
  });
  const rows = entries.map(({ uuid, entry }) => [entry.title, entry.state, writes.get(uuid)?.join(', ') ?? '-']);
  process.stdout.write(formatTable([['record', 'state', 'done'], ...rows]));
  const troubles = entries.filter(({ entry }) => entry.message !== '');
  for (const { entry } of troubles) process.stdout.write(`\n${entry.title}\n  ${entry.state}: ${entry.message}\n`);
  if (fault !== undefined) throw commandFailure(fault);
  if (entries.some(({ entry }) => needsALook(entry))) {
    throw new CommandFailure(EXIT.problem, 'not every record is in the catalogue as it should be: see above');
  }
}

/** A reviewer has no hurry. */
function needsALook({ state }: RecordEntry): boolean {
  return !['ok', 'withdrawn', 'awaiting-review', 'pending'].includes(state);
}

function openMemory(options: PushOptions, farEnd: FarEnd): SyncMemory {
  const note = (why: string): void => {
    process.stderr.write(`emso: ${why}: everything is compared with the catalogue\n`);
  };
  // A dry run reads the notes of a sync that may be running, and writes none.
  if (options.state !== undefined && !options.dryRun) {
    try {
      lockDataRoot(options.state);
    } catch (error) {
      throw new CommandFailure(
        EXIT.problem,
        `${(error as Error).message}: where catalog-sync runs it pushes by itself; restart it to have it send again what was refused`,
        error,
      );
    }
  }
  return SyncMemory.open(options.state, farEnd.identity, note);
}

async function dryRun(
  farEnd: FarEnd,
  records: readonly CatalogueRecord[],
  memory: SyncMemory,
  deleteWithdrawn: boolean,
): Promise<void> {
  const { name, mayPublish } = await openFarEnd(farEnd);
  const compared = await compareRecords(farEnd, records, (uuid) => memory.get(uuid), canonicalHash).catch((error) => {
    throw commandFailure(error);
  });
  const rows = compared.map(({ record, remote, content, visibility }) => {
    const shown = visibility !== 'same' && mayPublish !== true ? `${visibility} (by a reviewer)` : visibility;
    const deleted = deleteWithdrawn && record.withdrawn === true && remote !== undefined;
    return [
      record.title,
      ...(deleted ? ['delete', '-'] : [content, shown].map((word) => (word === 'same' ? '-' : word))),
    ];
  });
  process.stdout.write(`${name}: nothing was changed\n${formatTable([['record', 'content', 'visibility'], ...rows])}`);
}
