import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '@emso/runtime';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { FoundDivergences } from './found-divergences.ts';

const found = (rows: number) => ({
  at: '2026-03-01T12:00:00Z',
  platform: 'mii',
  sensor: 'cstar',
  day: '2026-03-01',
  rows,
});
const silent = createLog({ service: 'test', level: 'silent' });

test('every one stands there, in order, over restarts and behind a torn line', async () => {
  const root = temporaryDirectory('divergences');
  const path = join(root, 'divergences.jsonl');
  const first = new FoundDivergences(root, silent);
  for (const rows of [1, 2, 3]) first.note(found(rows));
  await first.idle();
  appendFileSync(path, '\n{"at":"2026-0');
  const next = new FoundDivergences(root, silent);
  next.note(found(4));
  await next.idle();
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [1, 2, 3, 4].map(found),
  );
});

test('a disk that does not take it is told, and stops nothing', async () => {
  const root = temporaryDirectory('divergences');
  mkdirSync(join(root, 'divergences.jsonl'));
  const said: string[] = [];
  const destination = { write: (text: string) => void said.push(text) };
  const divergences = new FoundDivergences(root, createLog({ service: 'test', level: 'error', destination }));
  divergences.note(found(7));
  await divergences.idle();
  assert.match(said.join(''), /"reason":"divergence-note".*"rows":7/);
});
