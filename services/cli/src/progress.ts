/** Progress on stderr for what takes longer than two seconds: a bar on a terminal, a line every 10 % elsewhere. */
import { SingleBar } from 'cli-progress';

const QUIET_MS = 2000;

export interface Progress {
  /** Counts one step, or several at once. */
  step(count?: number): void;
  stop(): void;
}

/** Counts `total` steps of `noun`; shows nothing when all is done within two seconds. */
export function startProgress(noun: string, total: number): Progress {
  const startMs = performance.now();
  const { stderr } = process;
  let done = 0;
  let bar: SingleBar | undefined;
  let nextTenth = 1;
  return {
    step(count = 1) {
      done += count;
      if (performance.now() - startMs < QUIET_MS) return;
      if (stderr.isTTY) {
        if (bar === undefined) {
          bar = new SingleBar({ format: `{bar} {value}/{total} ${noun} {eta_formatted}`, stream: stderr });
          bar.start(total, done);
        } else bar.update(done);
      } else if (done * 10 >= total * nextTenth) {
        nextTenth = Math.floor((done * 10) / total) + 1;
        stderr.write(`${done}/${total} ${noun}\n`);
      }
    },
    stop() {
      bar?.stop();
    },
  };
}
