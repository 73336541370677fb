/**
 * One root of one source: lists it, fetches what is not in the archive yet, compares, imports, and puts away what was treated. Every
 * step can be interrupted and done again: rsync goes on where it was, and importing twice changes nothing.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DAY_MS, dayOf, iso, type PullSource, parseIso } from '@emso/core';
import { type ImportReport, parseDatName } from '@emso/instruments';
import { makeDirectory, readIfThere, syncDirectory, writeAtomic } from '@emso/runtime/files';
import { below, type PullPlaces, type TreatedFiles } from './pull-files.ts';
import { differingFiles, type FarFile, fetchFiles, listFar } from './rsync.ts';

export interface PullContext {
  readonly places: PullPlaces;
  readonly treated: TreatedFiles;
  /** `YYYY-MM-DD`: older days are left alone. */
  readonly since?: string | undefined;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** Gives one file to the archive. Throws when the writer does not answer. */
  readonly importFile: (path: string) => Promise<ImportReport>;
}

export interface PullOutcome {
  readonly source: string;
  readonly root: string;
  /** Daily files there, and those of them that were not in the archive. */
  readonly listed: number;
  readonly due: number;
  /** Of those due: with equal bytes here and there. */
  readonly fetched: number;
  /** Rows that were not in the archive before. */
  readonly added: number;
  readonly rows: number;
  /** Files that are in the archive now, whole. */
  readonly treated: number;
  /** Why each of the others has to wait, in words. */
  readonly waiting: readonly string[];
}

/** A file of a day that is over and does not end with a line feed may still get the rest of its last line, for so long. */
const LAST_LINE_MS = DAY_MS;
const LF = 10;

/** Fetches the days that are over. Throws when the source cannot be reached, or the writer. */
export async function pullRoot(source: PullSource, root: string, context: PullContext): Promise<PullOutcome> {
  const { places, treated, nowMs, signal } = context;
  const { due, outcome } = await listed(source, root, context, (day) => day < dayOf(nowMs));
  const into = below(places.incoming, source.id, root);
  const waiting: string[] = [];
  if (due.length === 0) return { ...outcome, waiting };
  await makeDirectory(into);
  const paths = due.map(({ path }) => path);
  const differing = await fetchEqual(source, root, paths, into, signal);
  for (const file of due) {
    if (signal.aborted) break;
    const at = join(into, file.path);
    const bytes = await readIfThere(at);
    if (bytes === undefined || differing.has(file.path) || bytes.length !== file.bytes) {
      waiting.push(
        `${file.path}: ${bytes?.length ?? 0} bytes here, ${file.bytes} there: it changed on the way, or grows`,
      );
      continue;
    }
    outcome.fetched++;
    const isWhole = bytes.length === 0 || bytes[bytes.length - 1] === LF || nowMs - file.changedMs > LAST_LINE_MS;
    const given = isWhole ? at : await wholeLines(bytes, join(below(places.whole, source.id, root), file.path));
    const report = await context.importFile(given);
    if (report.refusal !== undefined) {
      waiting.push(`${file.path}: ${report.refusal}`);
      continue;
    }
    outcome.added += report.added;
    outcome.rows += report.rows;
    if (!isWhole) {
      await rm(given);
      waiting.push(`${file.path}: its last line has no end yet; the others are in the archive`);
      continue;
    }
    const { sensor, rows, added } = report;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { path, bytes: size, changedMs } = file;
    await putAway(at, join(below(places.treated, source.id, root), path), bytes, sha256);
    await treated.note({
      source: source.id,
      root,
      path,
      bytes: size,
      changedMs,
      sha256,
      sensor,
      rows,
      added,
      at: iso(Date.now()),
    });
    await rm(join(below(places.growing, source.id, root), path), { force: true });
    outcome.treated++;
  }
  return { ...outcome, waiting };
}

/** The daily files there, of the days asked for, that are not in the archive yet, and the outcome that starts from them. */
async function listed(source: PullSource, root: string, context: PullContext, isAskedFor: (day: number) => boolean) {
  const files = dailyFiles(await listFar(source, root, context.signal), context).filter(({ day }) => isAskedFor(day));
  const due = files.filter((file) => !context.treated.has(source.id, root, file));
  const none = { fetched: 0, added: 0, rows: 0, treated: 0 };
  return { due, outcome: { source: source.id, root, listed: files.length, due: due.length, ...none } };
}

/** Fetches files and gives those that differ all the same: they changed on the way, or grow. */
async function fetchEqual(
  source: PullSource,
  root: string,
  paths: readonly string[],
  into: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  await fetchFiles(source, root, paths, into, signal);
  const differing = await differingFiles(source, root, paths, into, 'fetched', signal);
  if (differing.size === 0 || signal.aborted) return differing;
  // Size and time are equal and the bytes are not: rsync would leave such a copy alone for ever.
  for (const path of differing) await rm(join(into, path), { force: true });
  await fetchFiles(source, root, [...differing], into, signal);
  return differingFiles(source, root, [...differing], into, 'fetched', signal);
}

/** Fetches the files of today, and of yesterday until they are treated, as they are now, and gives their whole lines to the archive. */
export async function followRoot(source: PullSource, root: string, context: PullContext): Promise<PullOutcome> {
  const { places, nowMs, signal } = context;
  const { due, outcome } = await listed(source, root, context, (day) => day >= dayOf(nowMs) - 1);
  const into = below(places.growing, source.id, root);
  const waiting: string[] = [];
  if (due.length === 0) return { ...outcome, waiting };
  await makeDirectory(into);
  const paths = due.map(({ path }) => path);
  await fetchFiles(source, root, paths, into, signal);
  for (const file of due) {
    if (signal.aborted) break;
    const bytes = await readIfThere(join(into, file.path));
    // It only grows: less than was there before is a transfer that did not end.
    if (bytes === undefined || bytes.length < file.bytes) {
      waiting.push(`${file.path}: ${bytes?.length ?? 0} bytes here, ${file.bytes} there: the transfer did not end`);
      continue;
    }
    outcome.fetched++;
    const given = await wholeLines(bytes, join(below(places.whole, source.id, root), file.path));
    const report = await context.importFile(given);
    await rm(given);
    if (report.refusal !== undefined) waiting.push(`${file.path}: ${report.refusal}`);
    outcome.added += report.added;
    outcome.rows += report.rows;
  }
  return { ...outcome, waiting };
}

function dailyFiles(files: readonly FarFile[], { since }: PullContext): (FarFile & { readonly day: number })[] {
  const first = since === undefined ? Number.NEGATIVE_INFINITY : dayOf(parseIso(since) ?? 0);
  return files
    .flatMap((file) => {
      const name = parseDatName(basename(file.path));
      return name === undefined || name.day < first ? [] : [{ ...file, day: name.day }];
    })
    .sort((a, b) => a.day - b.day || (a.path < b.path ? -1 : 1));
}

/** Writes the bytes up to the last line feed to a file of their own, under the name that says whose they are. */
async function wholeLines(bytes: Uint8Array, path: string): Promise<string> {
  await makeDirectory(dirname(path));
  await writeAtomic(path, bytes.subarray(0, bytes.lastIndexOf(LF) + 1), { fsync: false });
  return path;
}

/** Moves a file to the treated tree. What stands there with other bytes stays, unless the new file only continues it. */
async function putAway(from: string, to: string, bytes: Uint8Array, sha256: string): Promise<void> {
  await makeDirectory(dirname(to));
  const there = await readIfThere(to);
  const continues = there === undefined || Buffer.compare(there, bytes.subarray(0, there.length)) === 0;
  const target = continues ? to : `${to}.${sha256.slice(0, 12)}`;
  try {
    await rename(from, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    // The treated tree is on another disk.
    await writeAtomic(target, await readFile(from), { fsync: true });
    if ((await stat(target)).size !== bytes.length) {
      throw new Error(
        `${target}: expected ${bytes.length} bytes after it was copied, found another number: check the disk`,
      );
    }
    await rm(from);
  }
  await syncDirectory(dirname(target));
}
