import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asciiBytes } from './bytes.ts';
import { compileTime, epochMsOf, FIELDS, fieldsOf, type ScanTime, scanIso } from './time-pattern.ts';

/** ISO text of what a scanner reads, and what it leaves; undefined where it refuses. */
function read(scan: ScanTime, text: string): string | undefined {
  const bytes = asciiBytes(text);
  const fields = new Int32Array(FIELDS.length);
  const next = scan(bytes, 0, bytes.length, fields);
  const timeMs = epochMsOf(fields);
  if (next < 0 || Number.isNaN(timeMs)) return undefined;
  return `${new Date(timeMs).toISOString()}${text.slice(next)}`;
}

// First in this file: no date was read before it.
test('a clock that was never set prints no time', () => {
  assert.equal(read(compileTime('yyyy-MM-dd HH:mm:ss'), '0000-00-00 00:00:00'), undefined);
  assert.equal(read(scanIso, '0000-00-00T00:00:00'), undefined);
});

test('what patterns read', () => {
  const cases: [pattern: string, text: string, expected: string | undefined][] = [
    ['yyyy-MM-dd HH:mm:ss', '2024-05-01 12:00:07', '2024-05-01T12:00:07.000Z'],
    ['yyyy-MM-dd HH:mm:ss', '2024-05-01 \t 12:00:07,', '2024-05-01T12:00:07.000Z,'],
    ['yyyy-MM-dd HH:mm:ss', '2024-05-0112:00:07', undefined],
    ['yyyyMMddTHHmmssZ', '20240501T120007Z', '2024-05-01T12:00:07.000Z'],
    ['dd MMM yyyy HH:mm', '01 aug 2019 23:59', '2019-08-01T23:59:00.000Z'],
    ['dd MMM yyyy HH:mm', '01 Ago 2019 23:59', undefined],
    ['ddMMyy,HHmmss.fff', '010524,120007.25', '2024-05-01T12:00:07.250Z'],
    ['d.M.yyyy H:mm', '1.5.2024 9:05', '2024-05-01T09:05:00.000Z'],
    ['d.M.yyyy H:mm', '31.12.2024 19:05', '2024-12-31T19:05:00.000Z'],
    ['dd.MM.yyyy HH:mm', '1.05.2024 09:05', undefined],
    ['yyyy/MM/dd HH:mm:ss.fff', '2013/08/22 22:48:36.0139', '2013-08-22T22:48:36.013Z'],
    ['yyyy/MM/dd HH:mm:ss.fff', '2013/08/22 22:48:36.', undefined],
    ['yyyy/MM/dd HH:mm:ss', '2016/12/31 23:59:60', '2017-01-01T00:00:00.000Z'],
    ['yyyy/MM/dd HH:mm:ss', '2016/12/31 23:59:61', undefined],
    ['yyyy/MM/dd HH:mm:ss', '2016/12/31 24:00:00', undefined],
    ['yyyy/MM/dd HH:mm:ss', '2016/12/31 23:60:00', undefined],
    ['yyyy/MM/dd HH:mm:ss', '2023/02/29 00:00:00', undefined],
    ['yyyy/MM/dd HH:mm:ss', '2024/02/29 00:00:00', '2024-02-29T00:00:00.000Z'],
    ['yyyy/MM/dd HH:mm:ss', '2024/00/29 00:00:00', undefined],
    ['"yyyy-MM-dd HH:mm"', '"2024-05-01 12:00",13', '2024-05-01T12:00:00.000Z,13'],
  ];
  for (const [pattern, text, expected] of cases) {
    assert.equal(read(compileTime(pattern), text), expected, `${pattern}: ${text}`);
  }
});

test('what ISO times are', () => {
  const cases: [text: string, expected: string | undefined][] = [
    ['2024-05-01T12:00:07Z', '2024-05-01T12:00:07.000Z'],
    ['2024-05-01 12:00:07', '2024-05-01T12:00:07.000Z'],
    ['2024-05-01T12:00', '2024-05-01T12:00:00.000Z'],
    ['2024-05-01T12:00:07.5Z,1', '2024-05-01T12:00:07.500Z,1'],
    ['2024-05-01T12:00:07.123456789', '2024-05-01T12:00:07.123Z'],
    ['2024-05-01', undefined],
    ['2024-05-01T12', undefined],
    ['2024-05-01T12:00:', undefined],
    ['2024-05-01T12:00:07.', undefined],
    ['24-05-01T12:00:07', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(read(scanIso, text), expected, text);
  // Another zone is not UTC: what follows the time is left to the caller, who refuses it.
  assert.equal(read(scanIso, '2024-05-01T12:00:07+02:00'), '2024-05-01T12:00:07.000Z+02:00');
});

test('every instant that is printed by a pattern is read by it', () => {
  const two = (value: number): string => String(value).padStart(2, '0');
  const instant = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
  const scan = compileTime('dd/MM/yyyy;HH-mm-ss.fff');
  fc.assert(
    fc.property(instant, (timeMs) => {
      const date = new Date(timeMs);
      const day = `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}/${String(date.getUTCFullYear()).padStart(4, '0')}`;
      const clock = `${two(date.getUTCHours())}-${two(date.getUTCMinutes())}-${two(date.getUTCSeconds())}`;
      const text = `${day};${clock}.${String(date.getUTCMilliseconds()).padStart(3, '0')}`;
      assert.equal(read(scan, text), date.toISOString());
      assert.equal(read(scanIso, date.toISOString()), date.toISOString());
      // Nothing less than the whole text is a time.
      for (let cut = 0; cut < text.length - 2; cut++) assert.equal(read(scan, text.slice(0, cut)), undefined);
    }),
    { numRuns: 200 },
  );
});

test('what is no pattern', () => {
  for (const pattern of ['', 'yyyy-mm-DD', 'hh:mm:ss', 'yyy', 'date', 'yyyy-MM-dd HH:mm:ss.SSS', 'dd\tMM', 'dd°MM']) {
    assert.equal(fieldsOf(pattern), undefined, pattern);
  }
  assert.deepEqual(
    fieldsOf('yyyy-MM-ddTHH:mm:ss.fffZ')?.map((field) => FIELDS[field]),
    [...FIELDS],
  );
});
