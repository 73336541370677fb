/**
 * A deposit for SEANOE: NetCDF and CSV of each year or deployment, README in French and English, data dictionary, citation,
 * DataCite record, checksums. Value in, files out; equal series give equal bytes.
 */
import { createHash } from 'node:crypto';
import { dayOf, isoDay, KEYWORD_VOCABULARIES, parameterOf, selectRows, termOf } from '@emso/core';
import { csvFile } from './csv.ts';
import { dataDictionary } from './data-dictionary.ts';
import { creatorNames, dataciteOf } from './datacite.ts';
import { encodeNetcdf3 } from './netcdf3.ts';
import { type DepositedFile, type Language, readmeOf } from './seanoe-readme.ts';
import { describeSeries, type Series, seriesStem } from './series.ts';

export interface PackageFile {
  /** Relative to the deposit. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const REPOSITORY = 'SEANOE';
const utf8 = new TextEncoder();

/** The two data files of a series: they may be written, and their bytes forgotten, before the next one is made. */
export function depositData(series: Series): PackageFile[] {
  const stem = `data/${seriesStem(series)}`;
  return [
    { name: `${stem}.nc`, bytes: encodeNetcdf3(describeSeries(series)) },
    { name: `${stem}.csv`, bytes: csvFile(series.layout, series.input.batch) },
  ];
}

/** What stands in the deposit of a file that was written: enough for README and checksums. */
export interface DepositEntry extends DepositedFile {
  readonly sha256: string;
}

/** The entries of a series' data files. They keep its first and last row only: a deposit of many years is made one by one. */
export function depositEntries(files: readonly PackageFile[], series: Series): DepositEntry[] {
  const { batch } = series.input;
  const ends = selectRows(batch, batch.count === 0 ? [] : [0, batch.count - 1]);
  const summary = { ...series, input: { ...series.input, batch: ends } };
  return files.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length,
    rows: batch.count,
    series: summary,
    sha256: sha256(bytes),
  }));
}

/** Everything beside the data files, checksums last. Throws when there are no data files. */
export function depositPapers(data: readonly DepositEntry[]): PackageFile[] {
  if (data.length === 0) throw new Error('deposit: expected at least one series, found none');
  const series = [...new Set(data.map((entry) => entry.series))];
  const title = titleOf(series);
  const papers = [
    { name: 'README_fr.md', text: readmeOf(data, title, 'fr') },
    { name: 'README_en.md', text: readmeOf(data, title, 'en') },
    { name: 'data_dictionary.csv', text: dataDictionary(series) },
    { name: 'CITATION', text: citationOf(series, title) },
    { name: 'datacite.json', text: `${JSON.stringify(dataciteOfDeposit(series, data, title), undefined, 2)}\n` },
  ].map(({ name, text }) => ({ name, bytes: utf8.encode(text) }));
  const sums = [...data, ...papers.map((file) => ({ name: file.name, sha256: sha256(file.bytes) }))]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((file) => `${file.sha256}  ${file.name}\n`);
  return [...papers, { name: 'SHA256SUMS', bytes: utf8.encode(sums.join('')) }];
}

/** First and last value of all series, epoch ms UTC; absent where there is none. */
function collectedOf(series: readonly Series[]): { fromMs: number; toMs: number } | undefined {
  const batches = series.map(({ input }) => input.batch).filter(({ count }) => count > 0);
  if (batches.length === 0) return undefined;
  const last = batches[batches.length - 1];
  return { fromMs: batches[0].time[0], toMs: last.time[last.count - 1] };
}

function titleOf(series: readonly Series[]): Readonly<Record<Language, string>> {
  const { observatory, platform, sensor, model } = series[0].input;
  const collected = collectedOf(series);
  const days =
    collected === undefined ? '' : `, ${[collected.fromMs, collected.toMs].map((ms) => isoDay(dayOf(ms))).join(' – ')}`;
  const title = (language: Language): string =>
    `${observatory.observatory.title[language]}, ${platform.title[language]}: ${sensor.title?.[language] ?? model.title}${days}`;
  return { fr: title('fr'), en: title('en') };
}

/** Year of the last reception: no clock is read, and a deposit of the same data is the same. */
function yearOf(series: readonly Series[]): number {
  const last = series.reduce((latest, { input }) => Math.max(latest, input.release?.at ?? 0, input.lastReceivedMs), 0);
  return Number(isoDay(dayOf(last)).slice(0, 4));
}

function dataciteOfDeposit(
  series: readonly Series[],
  data: readonly DepositEntry[],
  title: Readonly<Record<Language, string>>,
): Record<string, unknown> {
  const { observatory, platform, sensor } = series[0].input;
  const site = observatory.observatory;
  const codes = new Set(series.flatMap(({ input }) => input.batch.codes.map((code) => parameterOf(sensor, code).p02)));
  const parameters = [...codes].flatMap((p02) => (p02 === undefined ? [] : (termOf('P02', p02) ?? [])));
  const collected = collectedOf(series);
  return dataciteOf({
    observatory,
    platform,
    title,
    abstract: site.summary,
    publisher: REPOSITORY,
    ...(platform.doi !== undefined && { partOf: platform.doi }),
    ...(collected !== undefined && { collected }),
    publicationYear: yearOf(series),
    subjects: [
      ...site.keywords.map(({ label, uri, vocabulary }) => ({
        label,
        uri,
        scheme: KEYWORD_VOCABULARIES[vocabulary].title,
      })),
      ...parameters.map(({ label, uri }) => ({ label, uri, scheme: KEYWORD_VOCABULARIES.P02.title })),
    ],
    formats: ['application/netcdf', 'text/csv'],
    sizes: [`${data.length} files`, `${data.reduce((sum, { bytes }) => sum + bytes, 0)} bytes`],
    version: [...new Set(series.map(({ input }) => input.build))].join(', '),
  });
}

function citationOf(series: readonly Series[], title: Readonly<Record<Language, string>>): string {
  const { observatory, platform } = series[0].input;
  const year = yearOf(series);
  const names = creatorNames(observatory);
  const part = platform.doi === undefined ? '' : ` Part of https://doi.org/${platform.doi}.`;
  return [
    `${names.join('; ')} (${year}). ${title.en}. ${REPOSITORY}.${part}`,
    '',
    `@dataset{${observatory.observatory.id}-${series[0].input.sensor.id}-${year},`,
    `  author    = {${names.join(' and ')}},`,
    `  title     = {${title.en}},`,
    `  publisher = {${REPOSITORY}},`,
    `  year      = {${year}},`,
    `  note      = {The DOI of this data set comes with its deposit.${part}}`,
    '}',
    '',
  ].join('\n');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
