import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compactDay,
  DAY_MS,
  dayOf,
  dayOfCivil,
  isCivilDate,
  iso,
  isoDay,
  isoMonth,
  isoMs,
  parseCompactDay,
  parseIso,
  utcMs,
} from './time.ts';

const FIRST = Date.UTC(1900, 0, 1) / DAY_MS;
const LAST = Date.UTC(2200, 11, 31) / DAY_MS;
const instant = fc.integer({ min: FIRST * DAY_MS, max: (LAST + 1) * DAY_MS - 1 });

test('every day from 1900 to 2200 agrees with Date', () => {
  for (let day = FIRST; day <= LAST; day++) {
    const date = new Date(day * DAY_MS);
    const [year, month, date1] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    const text = date.toISOString();
    if (dayOfCivil(year, month, date1) !== day) assert.fail(`dayOfCivil ${text}`);
    if (isoDay(day) !== text.slice(0, 10)) assert.fail(`isoDay ${text}`);
    if (isoMonth(day) !== text.slice(0, 7)) assert.fail(`isoMonth ${text}`);
    if (parseCompactDay(compactDay(day)) !== day) assert.fail(`compactDay ${text}`);
    if (parseIso(isoDay(day)) !== day * DAY_MS) assert.fail(`parseIso ${text}`);
  }
});

test('a date is civil exactly when Date keeps it', () => {
  for (const year of [1900, 1999, 2000, 2019, 2024, 2100, 2200]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const date = new Date(Date.UTC(year, month - 1, day));
        const kept = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1 && month <= 12;
        assert.equal(isCivilDate(year, month, day), kept, `${year}-${month}-${day}`);
      }
    }
  }
});

test('an instant survives its texts, and lies in its day', () => {
  fc.assert(
    fc.property(instant, (ms) => {
      assert.equal(parseIso(isoMs(ms)), ms);
      assert.equal(parseIso(iso(ms)), ms);
      assert.equal(iso(ms).includes('.'), ms % 1000 !== 0);
      const day = dayOf(ms);
      assert.ok(day * DAY_MS <= ms && ms < (day + 1) * DAY_MS);
      const d = new Date(ms);
      const seconds = utcMs(
        d.getUTCFullYear(),
        d.getUTCMonth() + 1,
        d.getUTCDate(),
        d.getUTCHours(),
        d.getUTCMinutes(),
        d.getUTCSeconds(),
      );
      assert.equal(seconds + d.getUTCMilliseconds(), ms);
    }),
  );
});

const READ: [string, string][] = [
  ['2019-05-01', '2019-05-01T00:00:00.000Z'],
  ['2019-05-01T07:08Z', '2019-05-01T07:08:00.000Z'],
  ['2019-05-01T07:08:09Z', '2019-05-01T07:08:09.000Z'],
  ['2019-05-01T07:08:09.5Z', '2019-05-01T07:08:09.500Z'],
  ['2019-05-01T07:08:09.05Z', '2019-05-01T07:08:09.050Z'],
  ['2020-02-29T23:59:60Z', '2020-03-01T00:00:00.000Z'],
];
for (const [text, expected] of READ) {
  test(`parseIso reads ${text}`, () => assert.equal(parseIso(text), Date.parse(expected)));
}

const REJECTED = [
  '',
  '2019',
  '2019-5-1',
  '2019-02-29',
  '2019-13-01',
  '2019-00-10',
  '2019-04-31',
  '2019-05-01T',
  '2019-05-01T24:00:00Z',
  '2019-05-01T10:60:00Z',
  '2019-05-01T10:00:61Z',
  '2019-05-01T10:00:00',
  '2019-05-01T10:00:00+02:00',
  '2019-05-01 10:00:00Z',
  '2019-05-01T10:00:00.1234Z',
  ' 2019-05-01',
  '2019-05-01\n',
  '01/05/2019',
];
for (const text of REJECTED) {
  test(`parseIso refuses ${JSON.stringify(text)}`, () => assert.equal(parseIso(text), undefined));
}

for (const text of ['', '2019051', '20190229', '20191301', '2019-05-01', '20190501 ', '2019050a']) {
  test(`parseCompactDay refuses '${text}'`, () => assert.equal(parseCompactDay(text), undefined));
}
