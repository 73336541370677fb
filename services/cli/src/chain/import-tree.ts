/** `emso import`: one historical file after the other, so that an interrupted import goes on where it was. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { iso } from '@emso/core';
import type { ImportReport } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { importFile } from './import-file.ts';
import { findOriginals } from './import-originals.ts';
import { type ImportProgress, startImportProgress } from './import-progress.ts';
import { type ImportSummary, summarise, summaryText } from './import-summary.ts';

export interface ImportOptions {
  readonly fillGaps: boolean;
  /** Takes the files whose prefix no sensor has. */
  readonly sensor?: string | undefined;
  /** The summary as JSON on stdout, instead of the text. */
  readonly json: boolean;
  /** The summary as JSON into this file too. */
  readonly report?: string | undefined;
}

/**
 * Gives every daily file below `dir` to the writer of `dataDir` and prints what became of them. A signal ends it after the file in
 * hand, with exit code 1 and the summary so far; so does a writer that stays away, or cannot write.
 */
export async function importTree(dir: string, dataDir: string, options: ImportOptions): Promise<void> {
  const startMs = performance.now();
  const startedAt = iso(Date.now());
  const originals = await findOriginals(dir, dataDir);
  const bytes = originals.files.reduce((sum, file) => sum + file.bytes, 0);
  const progress = startImportProgress(originals.files.length, bytes);
  const reports: ImportReport[] = [];
  const interrupt = onInterrupt(progress);
  let failure: unknown;
  try {
    for (const file of originals.files) {
      if (interrupt.came()) break;
      const report = await importFile(file.path, dataDir, options, reports.length > 0, progress.say);
      reports.push(report);
      progress.step(file.bytes, report.rows);
    }
  } catch (error) {
    // Nothing was there to begin with: no summary, only why.
    if (reports.length === 0) throw error;
    failure = error;
  } finally {
    progress.stop();
    interrupt.forget();
  }
  const filesDone = reports.length;
  const summary = summarise(reports, {
    dir: resolve(dir),
    dataDir: resolve(dataDir),
    fillGaps: options.fillGaps,
    startedAt,
    seconds: (performance.now() - startMs) / 1000,
    files: originals.files.length,
    filesDone,
    interrupted: filesDone < originals.files.length,
    refusedFiles: originals.refused,
  });
  await showSummary(summary, options);
  if (failure !== undefined) throw failure;
  if (filesDone === 0) {
    throw new CommandFailure(EXIT.problem, `${dir}: expected files <prefix>_YYYYMMDD.dat, found none to import`);
  }
  // A file of a sensor that nevertheless was not taken could not be read.
  const unread = reports.some(({ refusal, sensor }) => refusal !== undefined && sensor !== undefined);
  if (summary.interrupted || unread) process.exitCode = EXIT.problem;
}

/** Prints what an import came to, and writes it where it was asked for. */
export async function showSummary(
  summary: ImportSummary,
  { json, report }: Pick<ImportOptions, 'json' | 'report'>,
): Promise<void> {
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  process.stdout.write(json ? text : summaryText(summary));
  if (report === undefined) return;
  await writeFile(report, text).catch((error: Error) => {
    throw new CommandFailure(
      EXIT.unreachable,
      `--report: expected a file that can be written, found ${error.message}`,
      error,
    );
  });
}

/** The first Ctrl-C lets the file in hand be finished; a second one ends the command at once, which does no harm either. */
function onInterrupt(progress: ImportProgress): { came(): boolean; forget(): void } {
  let came = false;
  const note = (): void => {
    came = true;
    progress.say('interrupted: finishing the file in hand');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, note);
  return {
    came: () => came,
    forget: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, note);
    },
  };
}
