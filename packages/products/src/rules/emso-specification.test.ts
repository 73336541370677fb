/** Our lists against the specification itself, where its copy stands beside the checkout. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { decodeNetcdf3 } from '../netcdf3-reader.ts';
import { cellsOfLine } from '../separated-text.ts';
import { EMSO_TABLES, type EmsoRow } from './emso-tables.ts';
import { CONTRIBUTOR_ROLES, KEYWORD_VOCABULARIES, SENSOR_MOUNTS, UNIT_LABELS, VARIABLE_NAMES } from './emso-words.ts';
import { emsoScore, findingsOf, NETCDF_RULES } from './mod.ts';

const DATA = resolve(import.meta.dirname, '../../../../../shared/products/data');
const skip = existsSync(DATA) ? false : `the specification is not beside the checkout (${DATA})`;

function lines(file: string): string[] {
  return readFileSync(join(DATA, file), 'utf8').split('\n');
}

/** Rows of the first Markdown table behind a heading, cells trimmed, the two lines of its head left out. */
function tableBehind(text: readonly string[], heading: string): string[][] {
  const at = text.findIndex((line) => line.replace(/#/g, '').trim() === heading);
  assert.ok(at >= 0, `no heading '${heading}'`);
  const begin = text.findIndex((line, i) => i > at && line.startsWith('|'));
  const end = text.findIndex((line, i) => i > begin && !line.startsWith('|'));
  return text.slice(begin, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const HEADINGS: Readonly<Record<keyof typeof EMSO_TABLES, string>> = {
  global: 'Global Attributes',
  coordinate: 'Coordinate Variables',
  environmental: 'Environmental Variables',
  biological: 'Biological Variables',
  technical: 'Technical Variables',
  quality_control: 'Quality Control Variables',
  sensor: 'Sensor Variables',
  platform: 'Platform Variables',
};

for (const [kind, heading] of Object.entries(HEADINGS)) {
  test(`the table of ${heading.toLowerCase()} is that of the specification`, { skip }, () => {
    const [head, , ...rows] = tableBehind(lines('emso/EMSO_Metadata_Specifications.md'), heading);
    const column = (name: string): number => head.indexOf(name);
    const theirs = rows.map((row): EmsoRow => {
      const isTrue = (name: string): boolean => /^true/i.test(row[column(name)]);
      const commas = row[0].endsWith('<sup>1</sup>') ? 'commas' : 'blanks';
      return [
        row[0].replace(/<sup>.*<\/sup>/, ''),
        row[column('Compliance test')],
        isTrue('Required') ? 'required' : 'optional',
        isTrue('Multiple') ? commas : 'one',
      ];
    });
    assert.deepEqual(EMSO_TABLES[kind as keyof typeof EMSO_TABLES], theirs);
  });
}

/** Terms of a vocabulary file by code: uri, prefLabel, definition, altLabel, id. Definitions hold line ends. */
function vocabulary(file: string): Map<string, string> {
  const text = readFileSync(join(DATA, 'vocab', file), 'utf8').replace(/"(?:[^"]|"")*"/g, (cell) =>
    cell.replaceAll('\n', ' '),
  );
  const cells = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => cellsOfLine(line, ','));
  return new Map(cells.map((row) => [row[4].trim().split('::')[1], row[3]]));
}

test('names, roles, mounts, units and vocabularies are those of the specification', { skip }, () => {
  const column = (file: string, heading: string): string[] =>
    tableBehind(lines(`emso/${file}`), heading)
      .slice(2)
      .map(([name]) => name.replaceAll('`', ''));
  const names = [
    ...column('OceanSites_codes.md', 'Variable Names'),
    ...column('copernicus_variables.md', 'Copernicus variables'),
    ...vocabulary('P02.csv').keys(),
  ];
  assert.deepEqual([...VARIABLE_NAMES].sort(), [...new Set(names)].sort());
  assert.deepEqual([...SENSOR_MOUNTS], column('OceanSites_codes.md', 'Sensor Mount'));
  const [, , ...roles] = tableBehind(['# roles', ...lines('emso/DataCite_codes.md')], 'roles');
  assert.deepEqual(
    [...CONTRIBUTOR_ROLES],
    roles.map(([role]) => role),
  );
  const labels = vocabulary('P06.csv');
  for (const [code, label] of UNIT_LABELS) assert.equal(label, labels.get(code), code);
  const vocabularies = tableBehind(lines('emso/keywords.md'), 'Allowed vocabularies').slice(2);
  assert.deepEqual(
    [...KEYWORD_VOCABULARIES],
    vocabularies.map(([, name, uri]) => [name, uri]),
  );
});

const ncgen = spawnSync('ncgen', ['-h']).error === undefined;
const noReference = skip || (ncgen ? false : 'ncgen is not installed (Debian: netcdf-bin)');

for (const [cdl, version] of [
  ['MII_Microcat_reference_cf16', '1.6'],
  ['MII_Microcat_reference_cf111', '1.11'],
]) {
  test(`the reference file for CF-${version} gives no error, and EMSO's own score`, { skip: noReference }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'emso-reference-'));
    try {
      const nc = join(folder, 'reference.nc');
      execFileSync('ncgen', ['-k', 'classic', '-o', nc, join(DATA, 'reference', `${cdl}.cdl`)]);
      const file = decodeNetcdf3(readFileSync(nc));
      const subject = { file, name: 'MICROCAT_20261120.nc', profile: 'emso' } as const;
      assert.deepEqual(findingsOf(NETCDF_RULES, subject), []);
      // Measured with EMSO's metadata_report (PRODUCTS §3): 186/186 required, 66 optional.
      const { required, optional } = emsoScore(subject);
      assert.deepEqual([...required, optional[1]], [186, 186, 66]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
