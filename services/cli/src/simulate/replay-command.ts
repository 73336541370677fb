/** `emso simulate replay`: a capture file served from the shell. */
import { readFile } from 'node:fs/promises';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startReplay } from './replay.ts';

export interface ReplayCommandOptions {
  readonly file: string;
  readonly port: number;
  readonly rate: number;
  readonly chunk: number;
}

/** Serves until every byte has left and the client has taken it, or SIGINT or SIGTERM comes. */
export async function replay({ file, ...options }: ReplayCommandOptions): Promise<void> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CommandFailure(EXIT.unreachable, `--file: expected a readable file, found ${error.message}`, error);
  });
  const running = await startReplay({ bytes, ...options }).catch((error: Error) => {
    throw new CommandFailure(EXIT.unreachable, `--port: expected a free port, found ${error.message}`, error);
  });
  const stop = (): void => void running.stop();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  process.stdout.write(`${running.endpoint}\n`);
  try {
    await running.done;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    await running.stop();
  }
  process.stderr.write(`${running.sent} of ${bytes.length} bytes sent\n`);
}
