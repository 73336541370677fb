/** `emso import FILE --received TIME`: what a technician downloaded from the memory of an instrument. */
import { resolve } from 'node:path';
import { iso, parseIso } from '@emso/core';
import type { ImportReport } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { summarise } from './import-summary.ts';
import { type ImportOptions, showSummary } from './import-tree.ts';
import { askWriter } from './writer-client.ts';

export interface UploadOptions extends Pick<ImportOptions, 'json' | 'report'> {
  readonly sensor?: string | undefined;
  /** When the file was downloaded, UTC. */
  readonly received: string;
}

/** Gives one file to the writer of `dataDir` and prints what became of it; exit code 1 when it was not taken. */
export async function importUpload(file: string, dataDir: string, options: UploadOptions): Promise<void> {
  const startMs = performance.now();
  const startedAt = iso(Date.now());
  const { sensor, received } = options;
  if (sensor === undefined) {
    throw new CommandFailure(EXIT.usage, '--received: expected --sensor beside it: an upload does not say whose it is');
  }
  const receivedMs = parseIso(received);
  if (receivedMs === undefined || receivedMs > Date.now()) {
    const expected = 'expected a UTC time that has been, such as 2026-03-01T14:30:00Z';
    throw new CommandFailure(EXIT.usage, `--received: ${expected}, found '${received}'`);
  }
  const body = { file: resolve(file), sensor, received: iso(Math.floor(receivedMs / 1000) * 1000) };
  const report = await askWriter<ImportReport>(dataDir, '/import', body);
  const summary = summarise([report], {
    dir: resolve(file),
    dataDir: resolve(dataDir),
    fillGaps: false,
    startedAt,
    seconds: (performance.now() - startMs) / 1000,
    files: 1,
    filesDone: 1,
    interrupted: false,
    refusedFiles: [],
  });
  await showSummary(summary, options);
  if (report.refusal !== undefined) process.exitCode = EXIT.problem;
}
