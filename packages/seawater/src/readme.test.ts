/** The README tells the truth: its examples give what they say, and its table has every function. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import * as seawater from './mod.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const EXAMPLES = [...README.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((found) => found[1]);

describe('examples', () => {
  assert.equal(EXAMPLES.length, 3);
  for (const [i, example] of EXAMPLES.entries()) {
    test(`example ${i + 1}`, async () => {
      // What stands behind a constant is its value, as far as its digits go.
      const promised = [...example.matchAll(/^const (\w+) = .*; \/\/ (-?[\d.]+|false|true)$/gm)];
      assert.ok(promised.length >= 3);
      const source = `${stripTypeScriptTypes(example)}\nexport const values = { ${promised.map(([, name]) => name)} };\n`;
      const file = path.join(temporaryDirectory('readme'), 'example.mjs');
      writeFileSync(file, source.replace('@emso/seawater', new URL('./mod.ts', import.meta.url).href));
      const { values } = (await import(pathToFileURL(file).href)) as { values: Record<string, number | boolean> };
      for (const [, name, text] of promised) {
        const found = values[name];
        const digits = text.split('.')[1]?.length ?? 0;
        assert.equal(typeof found === 'number' ? found.toFixed(digits) : String(found), text, name);
      }
    });
  }
});

test('every export is in the table of functions', () => {
  const missing = Object.keys(seawater).filter((name) => !new RegExp(`^\\|.*\`${name}[(\`]`, 'm').test(README));
  assert.deepEqual(missing, []);
});

test('every function in the table exists', () => {
  const table = README.slice(README.indexOf('| function |'), README.indexOf('\n\nOver the whole ocean'));
  const names = [...table.matchAll(/`(\w+)\((?:[^`]*)\)`/g)].map((found) => found[1]);
  assert.ok(names.length > 60);
  assert.deepEqual(
    names.filter((name) => !(name in seawater)),
    [],
  );
});
