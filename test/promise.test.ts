/**
 * The index of the promise: which tests keep which rule of PROMISE.md. A test belongs to a rule when its title begins with
 * `PROMISE <rule>: ` and says what would be broken. A rule without one needs a reason in this file.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '..');
const RULES = Array.from({ length: 26 }, (_, i) => i + 1);

/** Rules that no test can break yet, or that have none yet. An entry whose rule has a test is an error: remove it then. */
const WITHOUT: Readonly<Record<number, string>> = {};

/** What of a rule that has tests is not tested, and why. */
const PARTLY: Readonly<Record<number, string>> = {
  5: 'that spool and store lie on two disks: one tree is refused, one disk cannot be told from here',
};

/** Titles by rule. Comments may speak of a rule; only strings are titles. */
function titlesByRule(): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const file of globSync('{packages,services,test}/**/*.test.ts', { cwd: ROOT }).sort()) {
    if (file.includes('node_modules') || path.resolve(ROOT, file) === import.meta.filename) continue;
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    for (const [, , rule, rest] of text.matchAll(/(['"`])PROMISE (\d+): ((?:(?!\1)[^\\]|\\.)*)\1/g)) {
      const title = rest.replace(/\\(.)/g, '$1');
      const list = found.get(Number(rule)) ?? [];
      found.set(Number(rule), list);
      list.push(`${file}: ${title}`);
    }
  }
  return found;
}

test('every rule of the promise has a test, or a reason why not', (t) => {
  const titles = titlesByRule();
  for (const rule of RULES) {
    const own = titles.get(rule) ?? [];
    const reason = WITHOUT[rule];
    t.diagnostic(`PROMISE ${rule}: ${own.length === 0 ? reason : `${own.length} tests`}`);
    for (const title of own) t.diagnostic(`    ${title}`);
    if (PARTLY[rule] !== undefined) t.diagnostic(`    not yet: ${PARTLY[rule]}`);
  }
  const without = RULES.filter((rule) => (titles.get(rule) ?? []).length === 0);
  assert.deepEqual(
    without,
    RULES.filter((rule) => WITHOUT[rule] !== undefined),
  );
  const strange = [...titles.keys()].filter((rule) => !RULES.includes(rule));
  assert.deepEqual(strange, [], 'titles that name a rule there is not');
});
