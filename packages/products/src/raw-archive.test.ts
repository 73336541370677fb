import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RawRecord, RECORD_KINDS } from '@emso/core';
import fc from 'fast-check';
import { ascii, asText, live, payloadsOf, record, row, rows, SESSIONS, T0 } from '../test/raw-rows.ts';
import { formatImportRows, formatRawRows, parseRawFile } from './raw-archive.ts';
import { rawId } from './raw-order.ts';

const EXAMPLE = String.raw`2019-05-01T12:00:00.000Z event 20190501T000000000Z-0a1b2c3d/1 connected
2019-05-01T12:00:05.017Z line 20190501T000000000Z-0a1b2c3d/2 13.2345,  4.05123, 2505.123\x0d
2019-05-01T12:00:05.017Z line 20190501T000000000Z-0a1b2c3d/3 
2019-05-01T12:00:10.400Z partial 20190501T000000000Z-0a1b2c3d/4 13.23\x0a\xff\\
2019-05-01T12:00:11.000Z import dat/20190501T120011Z/9f86d081/1 4831 507
`;

test('rows look as documented', () => {
  const at = (seq: number, ms: number, kind: RawRecord['kind'], bytes: string): RawRecord =>
    live({ seq, receivedMs: T0 + ms, kind, bytes: ascii(bytes) });
  const printed =
    asText(
      formatRawRows([
        at(1, 0, 'event', 'connected'),
        at(2, 5017, 'line', '13.2345,  4.05123, 2505.123\r'),
        at(3, 5017, 'line', ''),
        at(4, 10_400, 'partial', '13.23\n\u00ff\\'),
      ]),
    ) +
    asText(
      formatImportRows([
        { receivedMs: T0 + 11_000, importId: 'dat/20190501T120011Z/9f86d081/1', bytes: ascii('4831 507') },
      ]),
    );
  assert.equal(printed, EXAMPLE);
  const { run, damaged, terminated } = parseRawFile(ascii(EXAMPLE));
  assert.deepEqual(damaged, []);
  assert.equal(terminated, EXAMPLE.length);
  assert.deepEqual(payloadsOf(run), ['connected', '13.2345,  4.05123, 2505.123\r', '', '13.23\n\u00ff\\', '4831 507']);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => rawId(run, i)),
    [1, 2, 3, 4].map((n) => `${SESSIONS[0]}/${n}`).concat('dat/20190501T120011Z/9f86d081/1'),
  );
});

test('PROMISE 11: a byte of a record that the archive discards', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const { run, damaged } = parseRawFile(formatRawRows(records));
      assert.deepEqual(damaged, []);
      const back = Array.from({ length: run.count }, (_, i) => ({
        session: run.sessions[run.session[i]],
        seq: run.seq[i],
        receivedMs: run.received[i],
        kind: RECORD_KINDS[run.kind[i]],
        bytes: asText(run.bytes.subarray(run.start[i], run.end[i])),
      }));
      assert.deepEqual(
        back,
        records.map((r) => ({ ...r, bytes: asText(r.bytes) }), undefined),
      );
    }),
  );
});

test('without escapes payloads are views into the file', () => {
  const file = formatRawRows([{ session: SESSIONS[0], seq: 1, receivedMs: T0, kind: 'line', bytes: ascii('13.2') }]);
  assert.equal(parseRawFile(file).run.bytes, file);
});

test('PROMISE 11: a torn last row that is read, or takes another row with it', () => {
  fc.assert(
    fc.property(rows, fc.nat(), (list, place) => {
      const file = ascii(list.join(''));
      const cut = file.slice(0, file.length === 0 ? 0 : place % (file.length + 1));
      const before = asText(cut);
      const { run, terminated, damaged } = parseRawFile(cut);
      assert.equal(asText(cut), before);
      assert.deepEqual(damaged, []);
      const whole = list.filter((_, i) => list.slice(0, i + 1).join('').length <= cut.length);
      assert.equal(terminated, whole.join('').length);
      assert.equal(run.count, whole.length);
      assert.deepEqual(payloadsOf(run), payloadsOf(parseRawFile(ascii(whole.join(''))).run));
    }),
  );
});

test('nothing is thrown on any bytes, and every line is a record or is reported', () => {
  const noise = fc.oneof(fc.uint8Array({ maxLength: 60 }).map(asText), row.map(asText), fc.constant('\n'));
  const broken = fc.tuple(fc.array(noise), fc.nat(), fc.nat(255)).map(([list, place, byte]) => {
    const bytes = ascii(list.join(''));
    if (bytes.length > 0) bytes[place % bytes.length] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(broken, (bytes) => {
      const { run, damaged, terminated } = parseRawFile(bytes);
      const lines = asText(bytes.subarray(0, terminated)).split('\n').slice(0, -1);
      assert.equal(run.count + damaged.length, lines.length);
      for (const { line, offset } of damaged) {
        const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
        assert.ok(offset >= start && offset <= start + lines[line - 1].length, `line ${line}, offset ${offset}`);
      }
    }),
    { numRuns: 300 },
  );
});

const GOOD = '2019-05-01T12:00:00.000Z line s-1/7 13.2';
const DAMAGED: [row: string, offset: number, reason: RegExp][] = [
  ['', 0, /reception time/],
  ['2019-02-29T12:00:00.000Z line s-1/7 x', 0, /reception time/],
  ['2019-05-01T24:00:00.000Z line s-1/7 x', 0, /reception time/],
  ['2019-05-01T12:00:60.000Z line s-1/7 x', 0, /reception time/],
  ['2019-05-01 12:00:00.000Z line s-1/7 x', 0, /reception time/],
  ['2019-05-01T12:00:00.0x0Z line s-1/7 x', 0, /reception time/],
  ['2019-05-01T12:00:00.000Z lines s-1/7 x', 25, /a kind/],
  ['2019-05-01T12:00:00.000Z  s-1/7 x', 25, /a kind/],
  ['2019-05-01T12:00:00.000Z line s-1', 30, /<session>\/<seq>/],
  ['2019-05-01T12:00:00.000Z line /7 x', 30, /<session>\/<seq>/],
  ['2019-05-01T12:00:00.000Z line dat/7 x', 30, /imports/],
  ['2019-05-01T12:00:00.000Z line s-1/07 x', 34, /sequence number/],
  ['2019-05-01T12:00:00.000Z line s-1/0 x', 34, /sequence number/],
  ['2019-05-01T12:00:00.000Z line s-1/9007199254740992 x', 34, /sequence number/],
  ['2019-05-01T12:00:00.000Z line s-1/7', 34, /sequence number/],
  ['2019-05-01T12:00:00.000Z line s-1/7 a\\x0A', 37, /lower-case/],
  ['2019-05-01T12:00:00.000Z line s-1/7 a\\x0', 37, /lower-case/],
  ['2019-05-01T12:00:00.000Z line s-1/7 a\\x', 37, /lower-case/],
  ['2019-05-01T12:00:00.000Z line s-1/7 a\\', 37, /lower-case/],
  ['2019-05-01T12:00:00.000Z line s-1/7 a\tb', 37, /escaped/],
  ['2019-05-01T12:00:00.000Z line s-1/7 a\\x0d\u00e9', 41, /escaped/],
  ['2019-05-01T12:00:00.000Z import s-1/7 x', 32, /import identity/],
  ['2019-05-01T12:00:00.000Z import dat/1/2/3', 32, /import identity/],
];
for (const [bad, offset, reason] of DAMAGED) {
  test(`reports ${JSON.stringify(bad)}`, () => {
    // In the middle, and where nothing follows.
    for (const behind of [`${GOOD}\n`, '']) {
      const { run, damaged } = parseRawFile(ascii(`${GOOD}\n${bad}\n${behind}`));
      assert.equal(run.count, behind === '' ? 1 : 2);
      assert.deepEqual(run.sessions, ['s-1']);
      assert.equal(run.importId.size, 0);
      assert.equal(damaged.length, 1);
      assert.equal(damaged[0].line, 2);
      assert.equal(damaged[0].offset, GOOD.length + 1 + offset);
      assert.match(damaged[0].reason, reason);
    }
  });
}

const REFUSED: [what: string, run: () => unknown, message: RegExp][] = [
  ['a session with a blank', () => formatRawRows([live({ session: 'a b' })]), /session id/],
  ['the session of imports', () => formatRawRows([live({ session: 'dat' })]), /session id/],
  ['no sequence number', () => formatRawRows([live({ seq: 0 })]), /seq of 1 or more, found 0/],
  ['half a millisecond', () => formatRawRows([live({ receivedMs: T0 + 0.5 })]), /whole ms/],
  ['the year 10000', () => formatRawRows([live({ receivedMs: 253_402_300_800_000 })]), /years 0 to 9999/],
  ['kind import with a session', () => formatRawRows([live({ kind: 'import' })]), /import id/],
  [
    'an import id with a blank',
    () => formatImportRows([{ receivedMs: T0, importId: 'dat/1 2', bytes: ascii('') }]),
    /import id/,
  ],
];
for (const [what, run, message] of REFUSED) {
  test(`does not write ${what}`, () => assert.throws(run, message));
}
