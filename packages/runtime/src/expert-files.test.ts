/** The files of facts on a real disk: beside the site file, appended to by several at once, refused when damaged. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { ConfigFaults, loadExpertFacts } from './config.ts';
import { appendFact, expertFilesOf, readExpertFacts } from './expert-files.ts';

const FLAG = {
  at: '2026-11-22',
  by: 'A',
  why: 'mud',
  sensor: 'cstar',
  from: '2026-03-01',
  to: '2026-03-02',
  codes: ['ATTN'],
  flag: 4,
};

function siteIn(dir: string): string {
  const path = join(dir, 'site.yaml');
  writeFileSync(path, '');
  return path;
}

test('a site without files of facts has none', () => {
  const { facts, faults } = readExpertFacts(siteIn(temporaryDirectory('facts')));
  assert.deepEqual([facts, faults], [{ flags: [], releases: [] }, []]);
});

test('facts stand beside the file that a link leads to: services and commands find the same ones', () => {
  const dir = temporaryDirectory('facts');
  const site = siteIn(dir);
  mkdirSync(join(dir, 'elsewhere'));
  const link = join(dir, 'elsewhere', 'linked.yaml');
  symlinkSync(site, link);
  assert.deepEqual(expertFilesOf(link), expertFilesOf(site));
  appendFact(expertFilesOf(link).flags, FLAG);
  assert.equal(readExpertFacts(site).facts.flags.length, 1);
});

test('several processes append at once, and every line follows the one before it', async () => {
  const site = siteIn(temporaryDirectory('facts'));
  const { flags } = expertFilesOf(site);
  const code = `const { appendFact } = await import(${JSON.stringify(import.meta.resolve('./expert-files.ts'))});
    for (let i = 0; i < 40; i++) appendFact(${JSON.stringify(flags)}, ${JSON.stringify(FLAG)});`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  const { facts, faults } = readExpertFacts(site);
  assert.deepEqual(faults, []);
  assert.equal(facts.flags.length, 160);
});

test('a damaged file is told with its line, and nothing is appended to it', () => {
  const site = siteIn(temporaryDirectory('facts'));
  const { flags } = expertFilesOf(site);
  assert.equal(appendFact(flags, FLAG), 1);
  assert.equal(appendFact(flags, { ...FLAG, flag: 3 }), 2);
  const good = readFileSync(flags, 'utf8');
  const cases: [text: string, said: RegExp][] = [
    [good.replace('"flag":4', '"flag":1'), /flags\.jsonl:1: expected the line whose SHA-256 is/],
    [good.slice(0, -5), /flags\.jsonl:2: expected a line feed at the end, found a line that was cut/],
  ];
  for (const [text, said] of cases) {
    writeFileSync(flags, text);
    assert.throws(
      () => loadExpertFacts(site, () => []),
      (error) => error instanceof ConfigFaults && said.test(error.message),
    );
    assert.throws(() => appendFact(flags, FLAG), said);
    assert.equal(readFileSync(flags, 'utf8'), text);
  }
});

test('faults of both files, and of the site, are told together', () => {
  const site = siteIn(temporaryDirectory('facts'));
  const { flags, releases } = expertFilesOf(site);
  appendFact(flags, FLAG);
  appendFileSync(releases, 'x\n');
  const { faults } = readExpertFacts(site, () => [{ line: 1, message: 'nobody knows it' }]);
  assert.equal(faults.length, 2);
  assert.equal(faults[0], `${flags}:1: nobody knows it`);
  assert.match(faults[1], /releases\.jsonl:1: expected a JSON object/);
});

test('a file that cannot be read is a fault, not an absence', () => {
  const dir = temporaryDirectory('facts');
  mkdirSync(join(dir, 'flags.jsonl'));
  assert.match(readExpertFacts(siteIn(dir)).faults.join(), /flags\.jsonl: expected a readable file, found EISDIR/);
});
