import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type RawRun, RECORD_KINDS } from '@emso/core';
import fc from 'fast-check';
import { ascii, asText, live, payloadsOf, rows, SESSIONS, T0 } from '../test/raw-rows.ts';
import { formatImportRows, formatRawRows, parseRawFile } from './raw-archive.ts';
import { canonicalOrder, rawDigest, rawId } from './raw-order.ts';

/** The canonical set said plainly: sort whole rows by their fields, drop equal ones. */
function expectedRows(file: Uint8Array): string[] {
  const { run } = parseRawFile(file);
  const all = Array.from({ length: run.count }, (_, i) => ({
    key: [
      run.received[i],
      run.importId.has(i) ? 1 : 0,
      run.sessions[run.session[i]],
      run.importId.has(i) ? i : 0,
      run.seq[i],
      run.kind[i],
    ],
    id: rawId(run, i),
    bytes: asText(run.bytes.subarray(run.start[i], run.end[i])),
    i,
  }));
  all.sort((a, b) => {
    const place = a.key.findIndex((part, k) => part !== b.key[k]);
    if (place >= 0) return a.key[place] < b.key[place] ? -1 : 1;
    return a.bytes < b.bytes ? -1 : a.bytes > b.bytes ? 1 : 0;
  });
  const unique = all.filter((r, k) => all.findIndex((other) => other.id === r.id && other.bytes === r.bytes) === k);
  return unique.map(({ i }) => printedRow(run, i));
}

function printedRow(run: RawRun, i: number): string {
  const bytes = run.bytes.subarray(run.start[i], run.end[i]);
  const importId = run.importId.get(i);
  if (importId !== undefined) return asText(formatImportRows([{ receivedMs: run.received[i], importId, bytes }]));
  const session = run.sessions[run.session[i]];
  return asText(
    formatRawRows([{ session, seq: run.seq[i], receivedMs: run.received[i], kind: RECORD_KINDS[run.kind[i]], bytes }]),
  );
}

/** The rows with their imports in the order of `list`: these keep the place they were appended at, all others may lie anywhere. */
function withImportsInOrder(shuffled: readonly string[], list: readonly string[]): string[] {
  const imports = [...list, ...list].filter((row) => row.includes(' import '));
  return shuffled.map((row) => (row.includes(' import ') ? (imports.shift() ?? row) : row));
}

test('PROMISE 11: a digest that depends on the order of the file or on duplicates', () => {
  fc.assert(
    fc.property(
      rows.chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
      ),
      ([list, shuffled]) => {
        const expected = expectedRows(ascii(list.join('')));
        const digest = createHash('sha256')
          .update(ascii(expected.join('')))
          .digest('hex');
        for (const file of [list, withImportsInOrder(shuffled, list)]) {
          const { run } = parseRawFile(ascii(file.join('')));
          const { order } = canonicalOrder(run);
          assert.deepEqual(
            Array.from(order, (i) => printedRow(run, i)),
            expected,
          );
          assert.equal(rawDigest(run, order), digest);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a canonical file is its own order and digest', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const canonical = expectedRows(ascii(list.join('')));
      const { run } = parseRawFile(ascii(canonical.join('')));
      assert.deepEqual(
        [...canonicalOrder(run).order],
        canonical.map((_, i) => i),
      );
    }),
  );
});

test('PROMISE 1: an id that came with other bytes and is not kept, or not reported', () => {
  const file = [
    live({ seq: 2 }),
    live({ seq: 1 }),
    live({ seq: 2 }),
    live({ seq: 2, bytes: ascii('y') }),
    live({ seq: 2, bytes: ascii('y') }),
  ];
  const { run } = parseRawFile(formatRawRows(file));
  const { order, conflicts } = canonicalOrder(run);
  assert.deepEqual(payloadsOf(run).length, 5);
  assert.deepEqual(
    Array.from(order, (i) => [run.seq[i], asText(run.bytes.subarray(run.start[i], run.end[i]))]),
    [
      [1, 'x'],
      [2, 'x'],
      [2, 'y'],
    ],
  );
  assert.deepEqual(
    conflicts.map(({ id, records }) => [id, records.length]),
    [[`${SESSIONS[0]}/2`, 2]],
  );
});

test('received again later: the first reception stays', () => {
  const { run } = parseRawFile(
    formatRawRows([live({ receivedMs: T0 + 9 }), live({ seq: 2, receivedMs: T0 + 5 }), live({})]),
  );
  const { order, conflicts } = canonicalOrder(run);
  assert.deepEqual(
    Array.from(order, (i) => [run.seq[i], run.received[i] - T0]),
    [
      [1, 0],
      [2, 5],
    ],
  );
  assert.deepEqual(conflicts, []);
});

test('rows of a historical file without identities all stay, in file order within a second', () => {
  const rowsOfFile: [ms: number, text: string][] = [
    [T0, 'b'],
    [T0, 'a'],
    [T0, 'b'],
    [T0 - 1000, 'a'],
  ];
  const imports = rowsOfFile.map(([receivedMs, text], n) => ({
    receivedMs,
    importId: `dat/x/y/${n}`,
    bytes: ascii(text),
  }));
  const { run } = parseRawFile(formatImportRows(imports));
  run.importId.clear();
  assert.deepEqual([...canonicalOrder(run).order], [3, 0, 1, 2]);
  assert.deepEqual(canonicalOrder(run).conflicts, []);
});

const AGAIN_IN_ORDER: [what: string, file: Uint8Array][] = [
  ['a live record', formatRawRows([live({}), live({ receivedMs: T0 + 5 })])],
  [
    'an imported row',
    formatImportRows([T0, T0 + 5].map((receivedMs) => ({ receivedMs, importId: 'dat/s/h/1', bytes: ascii('x') }))),
  ],
];
for (const [what, file] of AGAIN_IN_ORDER) {
  test(`${what} that comes again is one, also in a file that is in order`, () => {
    assert.deepEqual([...canonicalOrder(parseRawFile(file).run).order], [0]);
  });
}
