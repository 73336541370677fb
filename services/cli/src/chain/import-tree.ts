/** `emso import`: one historical file after the other, so that an interrupted import goes on where it was. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { formatTable } from '../table.ts';
import { askWriter } from './writer-client.ts';

interface FileReport {
  readonly file: string;
  readonly sensor?: string;
  readonly rows: number;
  readonly added: number;
  readonly known: number;
  readonly covered: number;
  readonly damaged: number;
}

/** Imports every `.dat` below `dir` and prints what was new, known, covered by live records and refused, by sensor. */
export async function importTree(dir: string, dataDir: string, fillGaps: boolean): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error) => {
    throw new CommandFailure(EXIT.unreachable, `expected a readable directory, found ${error.message}`, error);
  });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.dat'))
    .map((entry) => resolve(join(entry.parentPath, entry.name)))
    .sort();
  const progress = startProgress('files', files.length);
  const reports: FileReport[] = [];
  for (const file of files) {
    reports.push(await askWriter<FileReport>(dataDir, '/import', { file, fillGaps }));
    progress.step();
  }
  progress.stop();
  const rows = [...Map.groupBy(reports, (report) => report.sensor ?? '(no sensor has this prefix)')].map(
    ([sensor, own]) => {
      const sum = (key: 'rows' | 'added' | 'known' | 'covered' | 'damaged'): number =>
        own.reduce((total, report) => total + report[key], 0);
      return [sensor, own.length, sum('rows'), sum('added'), sum('known'), sum('covered'), sum('damaged')];
    },
  );
  process.stdout.write(formatTable([['sensor', 'files', 'rows', 'new', 'known', 'covered', 'refused'], ...rows]));
}
