/** Daily files over rsync: list, fetch or send, and compare by checksum. A file is seen at its name only when it is whole. */
import { lastWordsOf, type Outcome, runCommand } from './command.ts';
import { addressOf, type FarEnd, sshOptions } from './far-end.ts';

export interface FarFile {
  /** Relative to the root. */
  readonly path: string;
  readonly bytes: number;
  /** When it was last written, epoch ms; whole seconds. */
  readonly changedMs: number;
}

/** Seconds without a byte after which a transfer is given up. */
const SILENCE_SECONDS = '120';
/** Files that vanished, or that changed while they were read: what is there then is compared afterwards. */
const SOME_FILES = new Set([23, 24]);

/** Every file below a root. Throws with what rsync said when it cannot be listed. */
export async function listFar(far: FarEnd, root: string, signal?: AbortSignal): Promise<FarFile[]> {
  const args = ['-rL', '--list-only', '--no-human-readable', '-8', ...commonOptions(far), `${placeOf(far, root)}/`];
  const outcome = await runCommand('rsync', args, '', signal);
  if (outcome.code !== 0 && outcome.code !== 24)
    throw new Error(`${placeOf(far, root)}: expected a tree that can be listed, found ${lastWordsOf(outcome)}`);
  return outcome.out.split('\n').flatMap((line) => {
    const found = /^-\S{9}\s+(\d+) (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) (.+)$/.exec(line);
    if (found === null) return [];
    const [, bytes, year, month, day, time, path] = found;
    return [{ path, bytes: Number(bytes), changedMs: Date.parse(`${year}-${month}-${day}T${time}Z`) }];
  });
}

/** Fetches files of a root into a directory under the same relative paths. Throws when nothing could be fetched at all. */
export async function fetchFiles(
  far: FarEnd,
  root: string,
  paths: readonly string[],
  into: string,
  signal?: AbortSignal,
): Promise<void> {
  await transfer(far, `${placeOf(far, root)}/`, `${into}/`, paths, signal);
}

/** Sends files below a directory to a root under the same relative paths. */
export async function sendFiles(
  far: FarEnd,
  from: string,
  paths: readonly string[],
  root: string,
  signal?: AbortSignal,
): Promise<void> {
  await transfer(far, `${from}/`, `${placeOf(far, root)}/`, paths, signal);
}

/** The files whose bytes differ here and there, or which one side does not have. */
export async function differingFiles(
  far: FarEnd,
  root: string,
  paths: readonly string[],
  here: string,
  direction: 'fetched' | 'sent',
  signal?: AbortSignal,
): Promise<Set<string>> {
  const ends = [`${placeOf(far, root)}/`, `${here}/`];
  if (direction === 'sent') ends.reverse();
  const options = ['-cL', '--dry-run', '--out-format=%i %n', '-8', '--files-from=-', ...commonOptions(far)];
  const outcome = await runCommand('rsync', [...options, ...ends], listText(paths), signal);
  if (outcome.code !== 0 && !SOME_FILES.has(outcome.code ?? -1)) throw failure(outcome, placeOf(far, root));
  const differing = new Set(outcome.out.split('\n').flatMap((line) => /^[<>]f\S* (.+)$/.exec(line)?.[1] ?? []));
  // What the sender does not have is complained about, and not in the list.
  for (const [, path] of outcome.err.matchAll(/link_stat "(?:[^"]*\/)?([^"/]+)" failed/g))
    for (const each of paths) if (each.endsWith(path)) differing.add(each);
  return differing;
}

async function transfer(
  far: FarEnd,
  from: string,
  to: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (paths.length === 0) return;
  const options = ['-tL', '--mkpath', '--partial-dir=.emso-partial', '--files-from=-', ...commonOptions(far)];
  const outcome = await runCommand('rsync', [...options, from, to], listText(paths), signal);
  if (outcome.code === 0 || SOME_FILES.has(outcome.code ?? -1)) return;
  throw failure(outcome, from);
}

function failure(outcome: Outcome, place: string): Error {
  return new Error(`${place}: expected rsync to transfer files, found ${lastWordsOf(outcome)}`);
}

function commonOptions(far: FarEnd): string[] {
  const limit = [`--timeout=${SILENCE_SECONDS}`];
  if (far.host === undefined) return limit;
  const port = far.port === undefined ? [] : ['-p', String(far.port)];
  const words = ['ssh', ...port, ...sshOptions(far)];
  return [
    ...limit,
    '-e',
    words.map((word) => (/[\s'"]/.test(word) ? `'${word.replaceAll("'", "''")}'` : word)).join(' '),
  ];
}

function placeOf(far: FarEnd, root: string): string {
  const address = addressOf(far);
  const path = root.length > 1 ? root.replace(/\/+$/, '') : root;
  return address === undefined ? path : `${address}:${path}`;
}

function listText(paths: readonly string[]): string {
  return paths.map((path) => `${path}\n`).join('');
}
