/** Which days of an optode change with the MicroCAT's records, and which of them a sealed day reads (PROMISE 17, 18). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, dayOf } from '@emso/core';
import fc from 'fast-check';
import { importRow, observatoryOf, oxygen, pairOf, readOf } from '../test/donated.ts';
import { deployment, PLANS, sensorFacts } from '../test/plans.ts';
import { asText, DAY, MIDNIGHT, messages, runOf } from '../test/streams.ts';
import { type DayProducts, rebuildDays, rebuildEveryDay } from './day.ts';
import { type DonorsRead, NO_DONORS } from './donors.ts';
import { mergeRuns } from './merge-runs.ts';
import type { SensorPlan } from './plan.ts';
import { dependentDays, donorRawDaysOf, touchedDays } from './touched-days.ts';

/** The optode's records: some each day, close to its ends and to noon, where the donor's streams are. */
const OXYGEN_RUN = runOf(
  [-3, -2, -1, 0, 1, 2, 3].flatMap((d, at) => {
    const [midnight, next] = [MIDNIGHT + d * DAY_MS, MIDNIGHT + (d + 1) * DAY_MS];
    const noon = midnight + DAY_MS / 2;
    const times = [
      midnight,
      midnight + 1,
      midnight + 100_000,
      midnight + 359_000,
      noon - 350_000,
      noon,
      noon + 200_000,
    ];
    return [...times, next - 361_000, next - 1000, next - 1].map((timeMs, i) => oxygen(1 + 10 * at + i, timeMs));
  }),
);

interface DayFacts {
  readonly csv: string;
  readonly content: DayProducts['content'];
}

function everyDay(optode: SensorPlan, read: DonorsRead): Map<number, DayFacts> {
  return new Map(
    [...rebuildEveryDay(optode, OXYGEN_RUN, 'sealed', read)].map(({ day, csv, content }) => [
      day,
      { csv: asText(csv), content },
    ]),
  );
}

/** Donors of every time policy, with records of the streams' kind. */
const PAIRS = Object.fromEntries(
  Object.entries(PLANS).map(([name, { sensor }]) => {
    const deployments = sensor.deployments.map(({ from, to, timePolicy, settings }) =>
      deployment({
        from: new Date(from).toISOString(),
        ...(to !== undefined && { to: new Date(to).toISOString() }),
        timePolicy,
        settings,
      }),
    );
    return [name, pairOf(observatoryOf(sensorFacts({ deployments })))];
  }),
);

for (const [name, pair] of Object.entries(PAIRS)) {
  const { donor, optode } = pair;

  test(`PROMISE 17: ${name}: order, repetitions or message boundaries of a donor's records that change a day`, () => {
    let filled = 0;
    const without = everyDay(optode, NO_DONORS);
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat()), (sent, numbers) => {
        const records = sent.flat();
        const expected = everyDay(optode, readOf(pair, runOf(records)));
        if ([...expected].some(([day, { csv }]) => csv !== without.get(day)?.csv)) filled++;
        const take = (): number => numbers.next().value as number;
        const repeated = [...records, ...records.filter(() => take() % 3 === 0)];
        const shuffled = repeated.map((each) => ({ each, key: take() })).sort((a, b) => a.key - b.key);
        assert.deepEqual(everyDay(optode, readOf(pair, runOf(shuffled.map(({ each }) => each)))), expected);
        const cut = take() % records.length;
        const pieces = mergeRuns([runOf(records.slice(cut)), runOf(records.slice(0, cut))]);
        assert.deepEqual(everyDay(optode, readOf(pair, pieces)), expected);
      }),
      { numRuns: 25 },
    );
    assert.ok(filled > 0, 'not one value was ever taken');
  });

  test(`PROMISE 18: ${name}: a donor's record that changes a dependent's day it does not touch`, () => {
    let changed = 0;
    fc.assert(
      fc.property(messages, fc.nat(), fc.boolean(), (sent, pick, imported) => {
        const records = sent.flat();
        const at = pick % records.length;
        const fewer = records.toSpliced(at, 1);
        const added = imported ? runOf([], [importRow(records[at])]) : runOf([records[at]]);
        const more = imported ? runOf(fewer, [importRow(records[at])]) : runOf(records);
        const touched = dependentDays(donor, touchedDays(donor, added, [0]));
        const [before, after] = [fewer.length > 0 ? runOf(fewer) : mergeRuns([]), more].map((run) =>
          everyDay(optode, readOf(pair, run)),
        );
        for (const [day, was] of before) {
          if (!touched.has(day)) assert.deepEqual(after.get(day), was, `day ${day - DAY}`);
          else if (JSON.stringify(was) !== JSON.stringify(after.get(day))) changed++;
        }
      }),
      { numRuns: 40 },
    );
    assert.ok(changed > 0, 'no record ever changed a day');
  });

  test(`PROMISE 18: ${name}: a sealed day that needs a donor's raw day it does not read`, () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const records = sent.flat();
        const whole = everyDay(optode, readOf(pair, runOf(records)));
        for (const [day, expected] of whole) {
          const { first, last } = donorRawDaysOf(donor, day);
          const own = records.filter(({ receivedMs }) => dayOf(receivedMs) >= first && dayOf(receivedMs) <= last);
          const read = readOf(pair, own.length > 0 ? runOf(own) : mergeRuns([]));
          const [one] = rebuildDays(optode, [day], OXYGEN_RUN, 'sealed', read);
          assert.deepEqual({ csv: asText(one.csv), content: one.content }, expected, `day ${day - DAY}`);
        }
      }),
      { numRuns: 25 },
    );
  });
}
