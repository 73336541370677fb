/** A file of facts that only grows: one JSON object a line. A line that a crash tore is left out, and the next one does not run into it. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppendFile, makeDirectory } from '@emso/runtime/files';

/** The lines that are whole, in order; none when there is no file. */
export function readJsonLines<T>(path: string): T[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as T];
    } catch {
      // Torn by a crash: what it said is done again.
      return [];
    }
  });
}

/** Appends facts and returns when they are on disk. */
export async function appendJsonLines(path: string, facts: readonly unknown[]): Promise<void> {
  if (facts.length === 0) return;
  await makeDirectory(dirname(path));
  const file = await AppendFile.open(path);
  try {
    const torn = file.length > 0 && readFileSync(path).at(-1) !== 10;
    await file.append(Buffer.from(`${torn ? '\n' : ''}${facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')}`));
  } finally {
    await file.close();
  }
}
