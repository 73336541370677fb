/** `emso catalog status`: the notes of the sync, for people. */
import { readSyncState, type SyncState } from '@emso/runtime/catalogue';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { formatTable } from '../table.ts';

/** Not worth anybody's night. */
const WELL = new Set(['ok', 'withdrawn', 'awaiting-review', 'pending', 'orphan']);

/** Prints where the records stand; sets exit code 1 when something needs a look. Throws CommandFailure 3 when there are no notes. */
export function status(dir: string, asJson: boolean): void {
  let state: SyncState | undefined;
  try {
    state = readSyncState(dir);
  } catch (error) {
    throw new CommandFailure(EXIT.problem, (error as Error).message, error);
  }
  if (state === undefined) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected the notes of the sync in ${dir}, found none: has catalog-sync ever run with this directory, and does the site file say where records go?`,
    );
  }
  process.stdout.write(asJson ? `${JSON.stringify(state, undefined, 1)}\n` : textOf(state));
  const isWell =
    ['ok', 'no-review-right'].includes(state.farEnd.state) &&
    Object.values(state.records).every((entry) => WELL.has(entry.state));
  if (!isWell) process.exitCode = EXIT.problem;
}

function textOf({ identity, farEnd, lastSuccess, records }: SyncState): string {
  const entries = Object.values(records);
  const head = [
    `${farEnd.name} at ${identity}: ${farEnd.state} (asked ${farEnd.checkedAt})`,
    ...(farEnd.message === '' ? [] : [`  since ${farEnd.since}: ${farEnd.message}`]),
    `Last time that everything was there: ${lastSuccess ?? 'never'}`,
  ];
  const rows = entries.map((entry) => [
    entry.title,
    entry.level,
    entry.isPublic === true ? 'public' : 'not public',
    entry.state,
    entry.since,
  ]);
  const whys = entries
    .filter(({ message, state }) => message !== '' && state !== farEnd.state)
    .map(({ title, state, message }) => `${title}\n  ${state}: ${message}\n`);
  return [
    `${head.join('\n')}\n`,
    formatTable([['record', 'level', 'seen by', 'state', 'since'], ...rows]),
    ...(whys.length > 0 ? [whys.join('')] : []),
  ].join('\n');
}
