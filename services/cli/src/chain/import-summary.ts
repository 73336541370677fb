/** What an import came to: a table and examples for people, one JSON object for programs. */
import type { ImportReport, RefusedRow } from '@emso/instruments';
import { formatTable } from '../table.ts';
import type { RefusedFile } from './import-originals.ts';

const COUNTS = ['rows', 'added', 'known', 'covered', 'paired', 'damaged'] as const;

export interface SensorSummary extends Record<(typeof COUNTS)[number], number> {
  readonly sensor: string;
  readonly files: number;
}

export interface ImportSummary {
  readonly dir: string;
  readonly dataDir: string;
  readonly fillGaps: boolean;
  readonly startedAt: string;
  readonly seconds: number;
  /** Files to import, and those of them that were. */
  readonly files: number;
  readonly filesDone: number;
  readonly interrupted: boolean;
  readonly sensors: readonly SensorSummary[];
  /** The first rows without a valid stamp. */
  readonly refusedRows: readonly (RefusedRow & { readonly file: string })[];
  /** Where all of them are kept, below the data root. */
  readonly refusedIn: readonly string[];
  readonly refusedFiles: readonly RefusedFile[];
}

/** So many rows and files are shown of those that were refused. */
const EXAMPLES = 5;
/** Longer rows are cut for people. */
const SHOWN_CHARACTERS = 60;

/** The sums by sensor, in order of first file; files that the writer refused are added to `refusedFiles`. */
export function summarise(
  reports: readonly ImportReport[],
  facts: Omit<ImportSummary, 'sensors' | 'refusedRows' | 'refusedIn'>,
): ImportSummary {
  const taken = reports.filter(({ refusal }) => refusal === undefined);
  const sensors = [...Map.groupBy(taken, ({ sensor }) => sensor)].flatMap(([sensor, own]) => {
    if (sensor === undefined) return [];
    const sums = COUNTS.map((key) => [key, own.reduce((sum, report) => sum + report[key], 0)]);
    return [{ sensor, files: own.length, ...Object.fromEntries(sums) } as SensorSummary];
  });
  const refusedByWriter = reports.flatMap(({ file, refusal }) =>
    refusal === undefined ? [] : [{ file, reason: refusal }],
  );
  return {
    ...facts,
    sensors,
    refusedRows: reports
      .flatMap(({ file, examples }) => examples.map((row) => ({ file, ...row })))
      .slice(0, 4 * EXAMPLES),
    refusedIn: reports.flatMap(({ refusedIn }) => refusedIn ?? []),
    refusedFiles: [...facts.refusedFiles, ...refusedByWriter],
  };
}

/** The summary for people. */
export function summaryText(summary: ImportSummary): string {
  const { sensors, seconds, refusedRows, refusedIn, refusedFiles } = summary;
  const heading = ['sensor', 'files', 'rows', 'new', 'known', 'covered', 'refused'];
  const rows = sensors.map((s) => [s.sensor, s.files, s.rows, s.added, s.known, s.covered, s.damaged]);
  const all = sensors.reduce((sum, { rows }) => sum + rows, 0);
  const lines = [
    `${all} rows of ${summary.filesDone} files in ${seconds.toFixed(1)} s, ${Math.round(all / seconds)} rows/s`,
  ];
  for (const { sensor, paired } of sensors) {
    if (paired > 0) lines.push(`${sensor}: ${paired} of the rows are live records too: paired, the live ones are read`);
  }
  if (refusedRows.length > 0) {
    const damaged = sensors.reduce((sum, s) => sum + s.damaged, 0);
    lines.push(`${damaged} rows refused, kept in ${placesText(refusedIn)} below the data root:`);
    for (const { file, line, expected, found } of refusedRows.slice(0, EXAMPLES)) {
      lines.push(`  ${file}:${line}: expected ${expected}, found ${shortText(found)}`);
    }
    if (damaged > EXAMPLES) lines.push(`  … and ${damaged - Math.min(EXAMPLES, refusedRows.length)} more`);
  }
  for (const [reason, files] of Map.groupBy(refusedFiles, ({ reason }) => reason)) {
    lines.push(`${files.length} files not imported, no sensor takes them: ${reason}`);
    for (const { file } of files.slice(0, EXAMPLES)) lines.push(`  ${file}`);
    if (files.length > EXAMPLES) lines.push(`  … and ${files.length - EXAMPLES} more`);
  }
  if (summary.interrupted) {
    lines.push(
      `interrupted after ${summary.filesDone} of ${summary.files} files: the same command goes on where it was`,
    );
  }
  return `${formatTable([heading, ...rows])}${lines.map((line) => `${line}\n`).join('')}`;
}

function placesText(places: readonly string[]): string {
  return places.length === 1 ? places[0] : `${places.length} files of raw/_refused/`;
}

function shortText(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
