/** How far an import is, on stderr: a bar on a terminal, a line now and then elsewhere. */
import { SingleBar } from 'cli-progress';

/** Nothing is shown of what is done within this time. */
const QUIET_MS = 2000;
const LINE_MS = 15_000;

export interface ImportProgress {
  /** One more file of so many bytes is done; so many rows stood in it. */
  step(bytes: number, rows: number): void;
  /** A line of its own. */
  say(text: string): void;
  stop(): void;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** `bytes` in all `files`; what is left is estimated by bytes, since files differ. */
export function startImportProgress(
  files: number,
  bytes: number,
  output: ProgressOutput = process.stderr,
  now: () => number = () => performance.now(),
): ImportProgress {
  const startMs = now();
  const done = { files: 0, bytes: 0, rows: 0 };
  let bar: SingleBar | undefined;
  let lineMs = startMs + QUIET_MS;
  const text = (): string => {
    const seconds = (now() - startMs) / 1000;
    const left = done.bytes === 0 ? '?' : durationText((seconds * (bytes - done.bytes)) / done.bytes);
    return `${done.files}/${files} files, ${done.rows} rows, ${Math.round(done.rows / seconds)} rows/s, ${left} left`;
  };
  return {
    step(fileBytes, rows) {
      done.files++;
      done.bytes += fileBytes;
      done.rows += rows;
      const nowMs = now();
      if (nowMs < lineMs) return;
      if (output.isTTY !== true) {
        lineMs = nowMs + LINE_MS;
        output.write(`${text()}\n`);
        return;
      }
      if (bar === undefined) {
        bar = new SingleBar({ format: '{bar} {text}', stream: output as NodeJS.WritableStream });
        bar.start(bytes, done.bytes, { text: text() });
      } else bar.update(done.bytes, { text: text() });
    },
    say(line) {
      if (bar !== undefined) output.write('\n');
      output.write(`${line}\n`);
    },
    stop() {
      bar?.stop();
    },
  };
}

/** `42 s`, `3 min`, `1 h 20 min`. */
function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
