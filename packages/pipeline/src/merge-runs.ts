/** Several raw files of one sensor as one run. */
import { createRawRun, type RawRun } from '@emso/core';

/** Offsets of a run are 32-bit. */
const MAX_BYTES = 0x7fff_ffff;

/** The records of all runs, in their order; copies the bytes into one arena. One run is returned as it is. Throws from 2 GiB on. */
export function mergeRuns(runs: readonly RawRun[]): RawRun {
  if (runs.length === 1) return runs[0];
  const bytes = runs.reduce((sum, run) => sum + run.bytes.length, 0);
  if (bytes > MAX_BYTES) {
    throw new Error(
      `raw files: expected less than 2 GiB to be read as one, found ${bytes} bytes in ${runs.length} files: take fewer days at once`,
    );
  }
  const arena = new Uint8Array(bytes);
  const merged = createRawRun(
    arena,
    runs.reduce((sum, run) => sum + run.count, 0),
  );
  const sessionIndex = new Map<string, number>();
  let at = 0;
  for (const run of runs) {
    arena.set(run.bytes, at);
    const sessions = run.sessions.map((session) => {
      const index = sessionIndex.get(session) ?? merged.sessions.push(session) - 1;
      sessionIndex.set(session, index);
      return index;
    });
    for (let i = 0; i < run.count; i++) {
      const to = merged.count++;
      merged.start[to] = at + run.start[i];
      merged.end[to] = at + run.end[i];
      merged.received[to] = run.received[i];
      merged.kind[to] = run.kind[i];
      merged.session[to] = sessions[run.session[i]];
      merged.seq[to] = run.seq[i];
      const importId = run.importId.get(i);
      if (importId !== undefined) merged.importId.set(to, importId);
    }
    at += run.bytes.length;
  }
  return merged;
}
