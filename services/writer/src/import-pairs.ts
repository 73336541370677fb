/** Which rows of a historical daily file the acquirer recorded too. */
import { createRawRun, KIND, type RawRun } from '@emso/core';
import { mergeRuns, pairedImports } from '@emso/pipeline';
import { canonicalOrder, IMPORT_SESSION } from '@emso/products';

/**
 * Those of `rows` that a reading of their day pairs with a live record once all of them are archived. `run` is the file, `ids` are
 * the identities of its rows, `there` is what the archive has of the day.
 */
export function pairedRows(
  there: RawRun,
  run: RawRun,
  rows: readonly number[],
  ids: readonly string[],
): ReadonlySet<number> {
  if (there.sessions.every((session) => session === IMPORT_SESSION)) return new Set();
  const imports = createRawRun(run.bytes, rows.length);
  imports.sessions.push(IMPORT_SESSION);
  for (const i of rows) {
    const to = imports.count++;
    imports.start[to] = run.start[i];
    imports.end[to] = run.end[i];
    imports.received[to] = run.received[i];
    imports.kind[to] = KIND.import;
    imports.importId.set(to, ids[i]);
  }
  const together = mergeRuns([there, imports]);
  const paired = pairedImports(together, canonicalOrder(together).order);
  const names = new Set(Array.from(paired, (record) => together.importId.get(record)));
  return new Set(rows.filter((i) => names.has(ids[i])));
}
