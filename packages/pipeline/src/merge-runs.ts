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
    const { count } = run;
    const first = merged.count;
    merged.received.set(run.received.subarray(0, count), first);
    merged.kind.set(run.kind.subarray(0, count), first);
    merged.seq.set(run.seq.subarray(0, count), first);
    for (let i = 0; i < count; i++) {
      merged.start[first + i] = at + run.start[i];
      merged.end[first + i] = at + run.end[i];
      merged.session[first + i] = sessions[run.session[i]];
    }
    for (const [i, importId] of run.importId) if (i < count) merged.importId.set(first + i, importId);
    merged.count += count;
    at += run.bytes.length;
  }
  return merged;
}
