/** `emso snapshot verify` and `export`, and `emso cite`: what a snapshot named, found again. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bibtex, citationText, type Snapshot, sumsText } from '@emso/products';
import { makeDirectory, readIfThere, writeAtomic } from '@emso/runtime/files';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { type FoundFile, findFrozen } from './frozen-files.ts';
import { demandSnapshot } from './snapshot-file.ts';

const SHOWN = 20;

/** Looks for every file and says which can no longer be had; sets exit code 1 then. */
export async function verifySnapshot(name: string, dataDir: string): Promise<void> {
  const { snapshot } = await demandSnapshot(dataDir, name);
  let moved = 0;
  const lost = await eachFile(snapshot, dataDir, async ({ at }, path) => {
    if (at !== path) moved++;
  });
  const { files, sha256 } = snapshot;
  const there = files.length - lost.length;
  process.stdout.write(
    `${name}: ${there} of ${files.length} files can be had, ${moved} of them as earlier versions\nSHA-256 ${sha256}\n`,
  );
  if (lost.length === 0) return;
  process.stdout.write(lostText(lost));
  process.exitCode = EXIT.problem;
}

/** Writes the files as they were frozen below `out`, with the snapshot and `SHA256SUMS`. Throws CommandFailure 1 when any is lost or in the way. */
export async function exportSnapshot(name: string, dataDir: string, out: string): Promise<void> {
  const { snapshot, text } = await demandSnapshot(dataDir, name);
  const inTheWay: string[] = [];
  const lost = await eachFile(snapshot, dataDir, async ({ bytes }, path) => {
    if (!(await put(out, path, bytes))) inTheWay.push(path);
  });
  if (inTheWay.length > 0) {
    throw new CommandFailure(
      EXIT.problem,
      `--out ${out}: expected an empty directory or the same export, found ${inTheWay.length} other files: ${inTheWay.slice(0, 3).join(', ')}`,
    );
  }
  if (lost.length > 0) {
    throw new CommandFailure(EXIT.problem, `${name}: the export is not complete\n${lostText(lost).trimEnd()}`);
  }
  await put(out, `${name}.json`, Buffer.from(text));
  await put(out, 'SHA256SUMS', Buffer.from(sumsText(snapshot)));
  process.stdout.write(
    `${snapshot.files.length} files below ${out}; check: (cd ${out} && sha256sum --quiet -c SHA256SUMS)\nSHA-256 ${snapshot.sha256}\n`,
  );
}

/** Prints how to cite a snapshot: BibTeX, then the same for people; or one of the two. */
export async function citeSnapshot(
  name: string,
  dataDir: string,
  { format, lang }: { readonly format?: 'bibtex' | 'text' | undefined; readonly lang: 'fr' | 'en' },
): Promise<void> {
  const { snapshot } = await demandSnapshot(dataDir, name);
  const parts: string[] = [];
  if (format !== 'text') parts.push(bibtex(snapshot));
  if (format !== 'bibtex') parts.push(citationText(snapshot, lang));
  process.stdout.write(parts.join('\n'));
}

/** Hands on every file that is there; returns the paths of the others. */
async function eachFile(
  { name, files }: Snapshot,
  dataDir: string,
  take: (found: FoundFile, path: string) => Promise<void>,
): Promise<string[]> {
  const lost: string[] = [];
  const progress = startProgress('files', files.length);
  for (const file of files) {
    const found = await findFrozen(dataDir, name, file);
    if (found === undefined) lost.push(file.path);
    else await take(found, file.path);
    progress.step();
  }
  progress.stop();
  return lost;
}

/** False when another file is in the way; what is there with the same bytes stays. */
async function put(out: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const target = join(out, path);
  if (existsSync(target)) return Buffer.compare((await readIfThere(target)) ?? new Uint8Array(0), bytes) === 0;
  await makeDirectory(dirname(target));
  await writeAtomic(target, bytes, { fsync: false });
  return true;
}

function lostText(lost: readonly string[]): string {
  const more = lost.length > SHOWN ? `  … and ${lost.length - SHOWN} more\n` : '';
  const lines = lost.slice(0, SHOWN).map((path) => `  ${path}\n`);
  return `${lost.length} files can no longer be had; look for them on the NAS, below versions/:\n${lines.join('')}${more}`;
}
