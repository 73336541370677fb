import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { encodeManifest, encodeNetcdf3 } from '@emso/products';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { CommandFailure } from '../command-failure.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { runValidate } from './run.ts';

const HEADER =
  'time,Instrument_Serial,Reference_Counts,Signal_Counts,Corrected_Signal_raw_counts,Calculated_Beam_c_inverse_meters,' +
  'Internal_thermistor_counts,REFCOUNTS_QC,SIGCOUNTS_QC,CORRCOUNTS_QC,ATTN_QC,THERMCOUNTS_QC,time_QC\n';
const CSV = `${HEADER}2026-11-20T00:00:00Z,CST-2405PR,11533,15371,15374,0.018,544,1,1,1,1,1,1\n`;
const PLACE = 'Emso_Cstar/2026-11/CSTAR_20261120';
const NC = encodeNetcdf3({
  dimensions: [{ name: 'time', length: 1, unlimited: true }],
  attributes: [{ name: 'Conventions', type: 'char', value: 'CF-1.6, ACDD-1.3' }],
  variables: [
    { name: 'time', type: 'double', dimensions: ['time'], attributes: [], data: Float64Array.of(1_795_132_800) },
  ],
});

interface Result {
  readonly exitCode: number;
  readonly text: string;
}

async function validate(
  places: readonly string[],
  settings: { json?: boolean; vocab?: string; rules?: string[] } = {},
): Promise<Result> {
  let text = '';
  const exitCode = await runValidate(places, { profile: 'cf', observatory: DEFAULT_SITE_FILE, ...settings }, (part) => {
    text += part;
  });
  return { exitCode, text };
}

function dataRoot(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = temporaryDirectory('validate');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

function manifestOf(csv: string): string {
  const file = (name: string, bytes: string | Uint8Array) => ({
    path: name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: Buffer.byteLength(bytes as string),
  });
  return encodeManifest({
    content: {
      rows: 1,
      files: { csv: file(`csv/${PLACE}.csv`, csv), netcdf: file(`netcdf/${PLACE}.nc`, NC) },
      raw: { digest: '0'.repeat(64), records: 1, sessions: [] },
      build: 'b',
      rejections: {},
      ignored: 0,
      outsideDeployments: 0,
      gaps: [],
    },
    history: { state: 'open', version: 1, notes: [] },
  });
}

test('a good file: nothing found, exit 0', async () => {
  const root = dataRoot({ [`csv/${PLACE}.csv`]: CSV, [`manifest/${PLACE}.json`]: manifestOf(CSV) });
  const { exitCode, text } = await validate([root]);
  assert.equal(text, `${path.join(root, `csv/${PLACE}.csv`)}: 0 errors, 0 warnings\n`);
  assert.equal(exitCode, 0);
});

test('a byte that somebody changed: the manifest tells, exit 1', async () => {
  const root = dataRoot({
    [`csv/${PLACE}.csv`]: CSV.replace('15371', '15372'),
    [`manifest/${PLACE}.json`]: manifestOf(CSV),
  });
  const { exitCode, text } = await validate([root]);
  assert.match(text, /1 error, 0 warnings\n.*\n {2}error {2}csv\/.*file\.checksum {2}expected [0-9a-f]{64}, found /);
  assert.equal(exitCode, 1);
  writeFileSync(path.join(root, `manifest/${PLACE}.json`), '{');
  assert.match(
    (await validate([root])).text,
    /file\.manifest .*expected a readable manifest, found manifest: expected JSON/,
  );
});

test('the table of a NetCDF file groups what is the same, and ends with the score', async () => {
  const root = dataRoot({ 'CSTAR_20261120.nc': NC });
  const { exitCode, text } = await validate([path.join(root, 'CSTAR_20261120.nc')]);
  assert.match(text, /^\S+CSTAR_20261120\.nc: \d+ errors, \d+ warnings; EMSO required \d+\/44, optional 1\/16\n/);
  assert.match(text, / {2}error +depth and 4 more +emso\.mandatory-coordinates /);
  assert.equal(exitCode, 1);
});

test('--json: one object a file, and the other files are judged though one cannot be read', async () => {
  const root = dataRoot({
    'a.nc': 'text',
    'b.nc': NC.subarray(0, 40),
    'c.nc': NC,
    'd.txt': '',
    'sub/CSTAR_20261120.csv': CSV,
  });
  const { exitCode, text } = await validate([root], { json: true });
  const verdicts = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    verdicts.map(({ file, unreadable, findings }) => [
      path.basename(file),
      unreadable !== undefined,
      findings.length > 0,
    ]),
    [
      ['a.nc', true, false],
      ['b.nc', true, false],
      ['c.nc', false, true],
      ['CSTAR_20261120.csv', false, false],
    ],
  );
  assert.match(verdicts[0].unreadable, /expected NetCDF, or CSV by its name, found a file that begins with "text"/);
  assert.match(verdicts[1].unreadable, /NetCDF-3 at byte \d+: expected /);
  const [finding] = verdicts[2].findings;
  assert.deepEqual(Object.keys(finding), ['rule', 'severity', 'source', 'where', 'expected', 'found', 'remedy']);
  assert.equal(exitCode, 3);
});

test('places and vocabularies that are not there', async () => {
  const root = dataRoot({});
  const isUnreachable = (error: unknown): boolean => error instanceof CommandFailure && error.exitCode === 3;
  await assert.rejects(validate([path.join(root, 'nothing')]), isUnreachable);
  await assert.rejects(validate([root]), isUnreachable);
  await assert.rejects(validate([root], { vocab: root }), isUnreachable);
});

test('--vocab: labels are looked up', async () => {
  const root = dataRoot({
    'vocab/L06.csv': 'uri,prefLabel,definition,altLabel,id\nu,fixed benthic node,"two\nlines",,SDN:L06::11\n',
    'CSTAR_20261120.nc': encodeNetcdf3({
      dimensions: [],
      attributes: [{ name: 'source', type: 'char', value: 'a ship' }],
      variables: [],
    }),
  });
  const file = path.join(root, 'CSTAR_20261120.nc');
  assert.doesNotMatch((await validate([file])).text, /emso\.global\.source/);
  assert.match(
    (await validate([file], { vocab: path.join(root, 'vocab') })).text,
    /source +emso\.global\.source +expected a label of L06, found 'a ship'/,
  );
});

test('--rules: only those that are named', async () => {
  const root = dataRoot({ 'CSTAR_20261120.nc': NC });
  const { text } = await validate([root], { json: true, rules: ['cf', 'acdd.title'] });
  const rules = new Set((JSON.parse(text).findings as { rule: string }[]).map(({ rule }) => rule.split('.')[0]));
  assert.deepEqual([...rules], ['cf', 'acdd']);
  assert.match((await validate([root], { rules: ['file'] })).text, /: 0 errors, 0 warnings/);
  const isUsage = (error: unknown): boolean => error instanceof CommandFailure && error.exitCode === 2;
  await assert.rejects(validate([root], { rules: ['cf', 'acd'] }), isUsage);
});
