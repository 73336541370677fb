/** A plain text file of instrument lines, without reception times, as a run: captures, fixtures, a technician's log. */
import { createRawRun, KIND, type RawRun } from '@emso/core';
import { LF } from './bytes.ts';

/**
 * The lines of a file as a run over the file's own bytes: LF removed, a final CR left in, reception times NaN, seq from 1.
 * A last line without LF is a line; nothing after the last LF is none.
 */
export function readLines(file: Uint8Array): RawRun {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < file.length; ) {
    const stop = file.indexOf(LF, at);
    starts.push(at);
    ends.push(stop < 0 ? file.length : stop);
    at = stop < 0 ? file.length : stop + 1;
  }
  const run = createRawRun(file, starts.length);
  run.count = starts.length;
  run.start.set(starts);
  run.end.set(ends);
  run.received.fill(Number.NaN);
  run.kind.fill(KIND.line);
  run.seq.set(starts.map((_, i) => i + 1));
  run.sessions.push('lines');
  return run;
}
