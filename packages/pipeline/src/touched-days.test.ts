/** Which days a record touches, and which raw days a rebuild reads (PROMISE 18): one must never be less than the truth. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, dayOf, type RawRecord, type RawRun } from '@emso/core';
import { importIds, readDatRows } from '@emso/instruments';
import type { ImportRow } from '@emso/products';
import fc from 'fast-check';
import { PLANS } from '../test/plans.ts';
import { asText, DAY, messages, NOON, record, runOf, sample } from '../test/streams.ts';
import { datView } from './dat-view.ts';
import { type DayProducts, rebuildDay, rebuildEveryDay } from './day.ts';
import type { SensorPlan } from './plan.ts';
import { daysSeeing, rawDaysOf, touchedDays } from './touched-days.ts';

/** Every day of an archive, as `reprocess` makes it. */
function everyDay(plan: SensorPlan, run: RawRun): Map<number, DayProducts> {
  if (!plan.byReception) return new Map([...rebuildEveryDay(plan, run, 'sealed')].map((day) => [day.day, day]));
  const days = new Set(Array.from(run.received.subarray(0, run.count), dayOf));
  return new Map([...days].map((day) => [day, rebuildDay(plan, day, run, 'sealed')]));
}

/** The records as the old script would have archived them a little later, and an importer read them. */
function importsOf(records: readonly RawRecord[], delayMs: number): ImportRow[] {
  const later = records.map((each) => ({ ...each, receivedMs: each.receivedMs + delayMs }));
  const { run } = readDatRows(datView(runOf(later)));
  return importIds(run).map((importId, i) => ({
    importId,
    receivedMs: run.received[i],
    bytes: run.bytes.slice(run.start[i], run.end[i]),
  }));
}

/** What a day is: the manifest holds the hashes of its files. */
function facts({ csv, content }: DayProducts): unknown {
  return { csv: asText(csv), content };
}

interface Archive {
  readonly records: readonly RawRecord[];
  readonly imports: readonly ImportRow[];
}

const archive: fc.Arbitrary<Archive> = fc
  .tuple(messages, fc.constantFrom(0, 700, 1900, 5000), fc.boolean())
  .map(([sent, delayMs, withImports]) => {
    const records = sent.flat();
    return { records, imports: withImports ? importsOf(records, delayMs) : [] };
  });

for (const [name, plan] of Object.entries(PLANS)) {
  test(`PROMISE 18: ${name}: a record that changes a day it does not touch`, () => {
    fc.assert(
      fc.property(archive, fc.nat(), ({ records, imports }, pick) => {
        const at = pick % (records.length + imports.length);
        const fewer =
          at < records.length
            ? runOf(records.toSpliced(at, 1), imports)
            : runOf(records, imports.toSpliced(at - records.length, 1));
        const added = at < records.length ? runOf([records[at]]) : runOf([], [imports[at - records.length]]);
        const own = touchedDays(plan, added, [0]);
        const touched = new Set([...own].flatMap((day) => [day, ...daysSeeing(plan, day)]));
        const [before, after] = [everyDay(plan, fewer), everyDay(plan, runOf(records, imports))];
        for (const day of new Set([...before.keys(), ...after.keys()])) {
          if (touched.has(day)) continue;
          const [was, is] = [before.get(day), after.get(day)];
          assert.ok(was !== undefined && is !== undefined, `day ${day - DAY} came or went, untouched`);
          assert.deepEqual(facts(is), facts(was), `day ${day - DAY}`);
        }
      }),
      { numRuns: 200 },
    );
  });

  test(`PROMISE 18: ${name}: a record that makes a day dirty whose rebuild does not read it`, () => {
    fc.assert(
      fc.property(messages, (sent) => {
        for (const each of sent.flat()) {
          const own = touchedDays(plan, runOf([each]), [0]);
          for (const day of [...own].flatMap((touched) => [touched, ...daysSeeing(plan, touched)])) {
            const { first, last } = rawDaysOf(plan, day);
            const received = dayOf(each.receivedMs);
            assert.ok(first <= received && received <= last, `day ${day - DAY} reads ${first - DAY} to ${last - DAY}`);
          }
        }
      }),
    );
  });

  test(`PROMISE 18: ${name}: a rebuild that needs a raw day it does not read`, () => {
    fc.assert(
      fc.property(archive, ({ records, imports }) => {
        for (const [day, products] of everyDay(plan, runOf(records, imports))) {
          const { first, last } = rawDaysOf(plan, day);
          const within = ({ receivedMs }: { receivedMs: number }): boolean =>
            dayOf(receivedMs) >= first && dayOf(receivedMs) <= last;
          const own = runOf(records.filter(within), imports.filter(within));
          assert.deepEqual(facts(rebuildDay(plan, day, own, 'sealed')), facts(products), `day ${day - DAY}`);
        }
      }),
      { numRuns: 150 },
    );
  });
}

test('PROMISE 18: a packet that comes again after days and belongs to the day of its return', () => {
  const plan = PLANS['relayed'];
  const measuredMs = NOON - 3 * DAY_MS;
  const line = sample(13.3, measuredMs);
  const records = [record(1, measuredMs + 1000, line), record(2, NOON, line)];
  const days = new Map([...rebuildEveryDay(plan, runOf(records), 'sealed')].map((made) => [made.day, made.content]));
  assert.deepEqual(days.get(DAY - 3)?.rejections, { 'duplicate-time': 1 });
  assert.equal(days.get(DAY - 3)?.raw.records, 2);
  assert.deepEqual(days.get(DAY)?.rejections, {});
  assert.equal(days.get(DAY)?.raw.records, 0);
});
