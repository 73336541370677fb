/** The index of what a naive decoder misses (FORMATS §9): each has a test or a fixture that is named after it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '..');
const QUIRKS = Array.from({ length: 22 }, (_, i) => i + 1);

test('every quirk of FORMATS §9 has a test or a fixture of its name', (t) => {
  const found = new Map<number, string[]>();
  const note = (quirk: string, where: string): void => {
    found.set(Number(quirk), [...(found.get(Number(quirk)) ?? []), where]);
  };
  for (const file of globSync('{packages,services,test}/**/*.test.ts', { cwd: ROOT }).sort()) {
    if (file.includes('node_modules') || path.resolve(ROOT, file) === import.meta.filename) continue;
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    for (const [, , quirk, rest] of text.matchAll(/(['"`])(?:FORMATS )?§9\.(\d+)((?:(?!\1)[^\\]|\\.)*)\1/g)) {
      note(quirk, `${file}:${rest}`);
    }
  }
  for (const folder of globSync('packages/instruments/src/*/fixtures/*§9*', { cwd: ROOT }).concat(
    globSync('packages/instruments/src/*/fixtures/formats-9.*', { cwd: ROOT }),
  )) {
    note(/9\.(\d+)/.exec(path.basename(folder))![1], folder);
  }
  for (const quirk of QUIRKS) t.diagnostic(`§9.${quirk}: ${found.get(quirk)?.join('; ') ?? 'nothing'}`);
  assert.deepEqual(
    QUIRKS.filter((quirk) => !found.has(quirk)),
    [],
  );
});
