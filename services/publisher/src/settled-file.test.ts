import assert from 'node:assert/strict';
import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { PublishFault } from './publish-fault.ts';
import { readSettled } from './settled-file.ts';

const CASES: [name: string, text: string, expected: string][] = [
  ['x.csv', 'a\nb\nc', 'a\nb\n'],
  ['x.raw', 'a\n', 'a\n'],
  ['x.dat', 'torn', ''],
  ['x.jsonl', '', ''],
  ['x.nc', 'a\nb', 'a\nb'],
  ['x.json', '{', '{'],
];
for (const [name, text, expected] of CASES) {
  test(`PROMISE 24: ${name} ${JSON.stringify(text)} is read as ${JSON.stringify(expected)}`, async () => {
    const path = join(temporaryDirectory('settled'), name);
    writeFileSync(path, text);
    assert.equal(Buffer.from((await readSettled(path)).bytes).toString(), expected);
  });
}

test('PROMISE 24: each change gives another fingerprint', async () => {
  const path = join(temporaryDirectory('settled'), 'x.csv');
  const seen = new Set<string>();
  const changes = [
    () => writeFileSync(path, 'a\n'),
    () => appendFileSync(path, 'b\n'),
    () => truncateSync(path, 2),
    () => {
      writeFileSync(`${path}.tmp`, 'c\n');
      renameSync(`${path}.tmp`, path);
    },
  ];
  for (const change of changes) {
    change();
    seen.add((await readSettled(path)).fingerprint);
  }
  assert.equal(seen.size, changes.length);
});

test('PROMISE 24: a missing file and an unreadable one are two things', async () => {
  const dir = temporaryDirectory('settled');
  await assert.rejects(readSettled(join(dir, 'x.csv')), (error: PublishFault) => error.reason === 'source-changed');
  await assert.rejects(readSettled(dir), (error: PublishFault) => error.reason === 'source-unreadable');
});

test('PROMISE 24: what is read of a file that is cut and appended to meanwhile was once there', {
  timeout: 30_000,
}, async () => {
  const path = join(temporaryDirectory('settled'), 'x.csv');
  const row = (generation: number): string => `${String(generation % 10).repeat(99)}\n`;
  writeFileSync(path, row(0).repeat(20_000));
  // Every state of the file consists of rows of one generation, after one row that is always the same.
  const writer = new Worker(
    `const { appendFileSync, truncateSync } = require('node:fs');
     const { workerData: path } = require('node:worker_threads');
     for (let generation = 1; ; generation++) {
       truncateSync(path, 100);
       const rows = (String(generation % 10).repeat(99) + '\\n').repeat(1000);
       for (let i = 0; i < 20; i++) appendFileSync(path, rows);
     }`,
    { eval: true, workerData: path },
  );
  let read = 0;
  let refused = 0;
  try {
    while (read + refused < 300) {
      try {
        const { bytes } = await readSettled(path);
        read++;
        const generations = new Set(Buffer.from(bytes).toString('latin1').split('\n').slice(1, -1));
        assert.ok(generations.size <= 1, `rows of ${generations.size} generations`);
      } catch (error) {
        if (!(error instanceof PublishFault)) throw error;
        refused++;
      }
    }
  } finally {
    await writer.terminate();
  }
  assert.ok(read > 0 && refused > 0, `expected both outcomes, found ${read} read and ${refused} refused`);
});

test('PROMISE 24: what is noted of a growing file is the state that was read', async () => {
  const path = join(temporaryDirectory('settled'), 'x.csv');
  writeFileSync(path, '');
  let grown = 0;
  for (let i = 0; i < 50; i++) {
    // Between any two steps of the reading.
    const growing = setInterval(() => {
      appendFileSync(path, 'a row\n');
      grown++;
    });
    const { bytes, fingerprint } = await readSettled(path);
    clearInterval(growing);
    assert.equal(Number.parseInt(fingerprint, 10), bytes.length);
    while (grown <= i) {
      appendFileSync(path, 'a row\n');
      grown++;
    }
  }
});
