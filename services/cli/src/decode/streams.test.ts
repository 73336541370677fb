/** `emso decode` of what is no file of plain lines: binary captures, uploads with a header, rows of a binary stream. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { datRow } from '@emso/instruments';
import { temporaryDirectory } from '../../../../test/support/servers.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');
const MODELS = resolve(import.meta.dirname, '../../../../packages/instruments/src');

interface Run {
  readonly rows: { kind: string; line: number; reason?: string }[];
  readonly err: string;
}

function decode(model: string, settings: string, args: readonly string[], input?: Uint8Array): Run {
  const command = [MAIN, 'decode', model, '--settings', settings, ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  const rows = stdout.split('\n').slice(0, -1);
  return { rows: rows.map((line) => JSON.parse(line)), err: stderr };
}

function fixtureOf(model: string, name: string): { settings: string; expected: unknown[]; path: string } {
  const folder = join(MODELS, model, 'fixtures', name);
  const lines = readFileSync(join(folder, 'expected.jsonl'), 'utf8').trimEnd().split('\n');
  return {
    settings: readFileSync(join(folder, 'settings.json'), 'utf8'),
    expected: lines.map((line) => JSON.parse(line)),
    path: folder,
  };
}

for (const [model, name, input] of [
  ['nortek-aquadopp', 'diagnostics-and-a-bad-checksum', 'input.bin'],
  ['nortek-aquadopp', 'aqd-file-with-configuration', 'input.bin'],
  ['sbe37-microcat', 'upload-hex', 'input.lines'],
]) {
  test(`a whole file: ${model} ${name}`, () => {
    const { settings, expected, path } = fixtureOf(model, name);
    const { rows } = decode(model, settings, [join(path, input)]);
    assert.deepEqual(rows, expected);
  });
}

test('a header that promises another number of samples is a warning', () => {
  const { settings, expected, path } = fixtureOf('sbe37-microcat', 'upload-hex');
  const text = readFileSync(join(path, 'input.lines'), 'latin1');
  const samples = expected.filter((row) => (row as { kind: string }).kind === 'decoded').length;
  const upload = (declared: number): string => {
    const file = join(temporaryDirectory('upload'), 'SBE37SM.hex');
    writeFileSync(file, text.replace(/<Samples>\d+/, `<Samples>${declared}`), 'latin1');
    return decode('sbe37-microcat', settings, [file]).err;
  };
  assert.match(upload(5502), new RegExp(`^expected 5502 samples as the header declares, found ${samples}`));
  assert.doesNotMatch(upload(samples), /expected/);
});

test('a header holds for a file of any length', () => {
  const { settings, path } = fixtureOf('sbe37-microcat', 'upload-hex');
  const text = readFileSync(join(path, 'input.lines'), 'latin1');
  const end = text.indexOf('*END*') + '*END*\n'.length;
  const [sample] = text.slice(end).split('\n');
  const file = join(temporaryDirectory('upload'), 'SBE37SM.hex');
  const samples = 40_000;
  // More than what is read of a file at once.
  writeFileSync(file, text.slice(0, end) + `${sample}\r\n`.repeat(samples), 'latin1');
  const { err } = decode('sbe37-microcat', settings, [file]);
  assert.match(err, new RegExp(`${samples} decoded, \\d+ ignored, 0 rejected\n$`));
});

test('the rows of a binary stream are put together first', () => {
  const { settings, expected, path } = fixtureOf('nortek-aquadopp', 'diagnostics-and-a-bad-checksum');
  const stream = readFileSync(join(path, 'input.bin'));
  // No byte at an 0A of this one is stripped: it comes back as it was.
  const file = join(temporaryDirectory('rows'), 'Aquadopp_20140813.dat');
  const rows = datRow(Date.UTC(2014, 7, 13, 0, 30), stream, 0, stream.length);
  writeFileSync(file, Buffer.concat([rows.subarray(0, -1), Buffer.from('\nno stamp\n')]));
  const run = decode('nortek-aquadopp', settings, [file]);
  const kinds = (of: readonly unknown[]): string[] =>
    of.map((each) => `${(each as Run['rows'][number]).kind} ${(each as Run['rows'][number]).reason}`);
  assert.deepEqual(kinds(run.rows), [...kinds(expected), 'rejected damaged']);
  assert.deepEqual(
    run.rows.map(({ line }) => line),
    run.rows.map((_, i) => i),
  );
  assert.deepEqual(decode('nortek-aquadopp', settings, ['--rows', '-'], readFileSync(file)).rows, run.rows);
});
