/**
 * Every fixture of every model: `input.lines` (plain lines), `input.dat` (historical rows) or `input.bin` (a stream of
 * structures), `settings.json` where the
 * model needs some, `calibration.json` where lines are counts, and `expected.jsonl`, one object a line. `UPDATE_FIXTURES=1` writes what the decoders say now; the
 * difference is what a reviewer reads.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type DecodedLine,
  decodeLines,
  framingOf,
  INSTRUMENTS,
  type InstrumentModel,
  readDatRows,
  readLines,
  readRecords,
} from './mod.ts';

const SRC = new URL('./', import.meta.url);
const FIXTURES_MIN = 3;

function foldersIn(url: URL): string[] {
  return readdirSync(url, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function decodeFixture(model: InstrumentModel, folder: URL): DecodedLine[] {
  const settingsFile = new URL('settings.json', folder);
  const settings: unknown = existsSync(settingsFile) ? JSON.parse(readFileSync(settingsFile, 'utf8')) : {};
  const sheet = new URL('calibration.json', folder);
  const coefficients: unknown = existsSync(sheet) ? JSON.parse(readFileSync(sheet, 'utf8')) : undefined;
  const recordsFile = new URL('input.bin', folder);
  if (existsSync(recordsFile)) {
    const framing = framingOf(model, model.settings.parse(settings));
    assert.ok('scan' in framing, `${folder.pathname}: input.bin is for settings whose framing is not lines`);
    return [...decodeLines(readRecords(readFileSync(recordsFile), framing), model, settings, { coefficients })];
  }
  const rowsFile = new URL('input.dat', folder);
  if (!existsSync(rowsFile))
    return [...decodeLines(readLines(readFileSync(new URL('input.lines', folder))), model, settings, { coefficients })];
  const { run, damaged } = readDatRows(readFileSync(rowsFile));
  return [...decodeLines(run, model, settings, { damaged, coefficients })];
}

test('every folder is a listed model with a README', () => {
  assert.deepEqual(foldersIn(SRC), [...INSTRUMENTS.keys()].sort());
  for (const id of INSTRUMENTS.keys()) assert.ok(existsSync(new URL(`${id}/README.md`, SRC)), `${id}/README.md`);
});

for (const [id, model] of INSTRUMENTS) {
  const root = new URL(`${id}/fixtures/`, SRC);
  const cases = foldersIn(root);

  test(`${id} has fixtures, and every kind of answer among them`, () => {
    assert.ok(cases.length >= FIXTURES_MIN, `expected at least ${FIXTURES_MIN} fixtures, found ${cases.length}`);
    const kinds = new Set(
      cases.flatMap((name) => decodeFixture(model, new URL(`${name}/`, root)).map((line) => line.kind)),
    );
    assert.deepEqual([...kinds].sort(), ['decoded', 'ignored', 'rejected']);
  });

  for (const name of cases) {
    test(`${id} fixture ${name}`, () => {
      const folder = new URL(`${name}/`, root);
      const expectedFile = new URL('expected.jsonl', folder);
      const lines = decodeFixture(model, folder);
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(expectedFile, text);
      const expected = readFileSync(expectedFile, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown);
      assert.deepEqual(lines, expected);
    });
  }
}
