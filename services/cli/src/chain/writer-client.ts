/** How a command asks the process that holds a data root: it leaves its address there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailure, EXIT } from '../command-failure.ts';

/** The answer of the writer of `dataDir`. Throws CommandFailure: 3 when no writer answers, 1 with its own words when it refuses. */
export async function askWriter<T>(dataDir: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    const { url } = JSON.parse(await readFile(join(dataDir, '.writer.json'), 'utf8')) as { url: string };
    const init =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    response = await fetch(`${url}${path}`, init);
  } catch (error) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected a running writer for ${dataDir}, found none (${error instanceof Error ? error.message : String(error)}): only it may change a data root; start it, e.g. with emso up`,
      error,
    );
  }
  if (!response.ok) throw new CommandFailure(EXIT.problem, `the writer refused ${path}: ${await response.text()}`);
  return (await response.json()) as T;
}
