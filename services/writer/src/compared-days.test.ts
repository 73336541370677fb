/** Comparisons of sensors beside the days that the writer seals: what is written is what follows from the sealed files. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS } from '@emso/core';
import { compareDay, planComparisons } from '@emso/pipeline';
import { createMetrics } from '@emso/runtime';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { ComparedDays } from './compared-days.ts';
import { microcat, openPair, oxygen, oxygenPlan } from './fixtures/donated-oxygen.ts';
import { DAY, fileOf, GRACE_MS, NOON_MS, observatory } from './fixtures/writer-setup.ts';

const QUIET_MS = Date.now() + 30 * DAY_MS;
const PLAN = oxygenPlan();
const [{ plan: DONOR }] = PLAN.donors;
const PLANNED = planComparisons(observatory);
const TEMPERATURE = PLANNED.find(({ comparison }) => comparison.id === 'temperature-optode-microcat')!;
const PATH = 'comparison/temperature-optode-microcat/2026-03/temperature-optode-microcat_20260301.csv';

/** One start of the parts of a writer that are concerned. */
async function open(root: string, planned = PLANNED) {
  const pair = await openPair({ root });
  const metrics = createMetrics();
  const stop = new AbortController();
  const days = new Map([
    ['oxygen', pair.days],
    ['microcat', pair.donor],
  ]);
  const compared = new ComparedDays({ planned, days, root, metrics, signal: stop.signal });
  compared.expectAll();
  return {
    ...pair,
    compared,
    stop,
    /** Seals the days of a sensor that are due, as main.ts does. */
    async sealed(id: 'oxygen' | 'microcat', nowMs = QUIET_MS): Promise<void> {
      const sensorDays = days.get(id)!;
      for (const each of await sensorDays.seal(nowMs, GRACE_MS, false)) {
        await sensorDays.announced(each);
        compared.sealed(id, each.day);
      }
    },
    async flags(): Promise<Record<string, number>> {
      const { values } = await metrics.comparisonFlags.get();
      return Object.fromEntries(values.map(({ labels, value }) => [`${labels.comparison} ${labels.flag}`, value]));
    },
    difference: async () => (await metrics.comparisonDifference.get()).values,
  };
}

const textOf = (root: string): string => readFileSync(join(root, PATH), 'utf8');

/** The file is what the pure function makes of the two sealed ones. */
function assertFollows(root: string): void {
  const sealed = new Map([PLAN, DONOR].map((plan) => [plan.sensor.id, readFileSync(fileOf(root, plan, 'csv'))]));
  assert.equal(textOf(root), Buffer.from(compareDay(TEMPERATURE, DAY, sealed)!.csv).toString('utf8'));
}

const WATER = [microcat(1, NOON_MS), microcat(2, NOON_MS + 120_000)];
const OXYGEN = [oxygen(1), oxygen(2), oxygen(3, NOON_MS + 900_000)];

test('a file for the day when both sensors have it sealed, and metrics that say what is in it', async () => {
  const root = temporaryDirectory('compared');
  const writer = await open(root);
  await writer.microcat(WATER);
  await writer.oxygen(OXYGEN);
  await writer.sealed('microcat');
  await writer.compared.work();
  assert.equal(existsSync(join(root, PATH)), false, 'one of the two is still open');
  const before = readFileSync(fileOf(root, DONOR, 'csv'));
  await writer.sealed('oxygen');
  await writer.compared.work(new Set([DAY + 1]));
  assert.equal(existsSync(join(root, PATH)), false, 'another day was asked for');
  await writer.compared.work(new Set([DAY]));
  assertFollows(root);
  assert.equal(textOf(root).split('\n').length - 2, 2, 'the third row is too far from any other');
  assert.deepEqual(await writer.flags(), { 'temperature-optode-microcat 1': 2 });
  assert.deepEqual(await writer.difference(), [{ labels: { comparison: 'temperature-optode-microcat' }, value: 0 }]);
  assert.ok(readFileSync(fileOf(root, DONOR, 'csv')).equals(before), 'no primary flag changes');
  await writer.close();
});

test('a day that is sealed again is compared again', async () => {
  const root = temporaryDirectory('compared');
  const writer = await open(root);
  await writer.microcat(WATER);
  await writer.oxygen(OXYGEN);
  await writer.sealed('microcat');
  await writer.sealed('oxygen');
  await writer.compared.work();
  await writer.microcat([microcat(3, NOON_MS + 910_000)]);
  assertFollows(root);
  await writer.sealed('microcat');
  await writer.sealed('oxygen');
  await writer.compared.work();
  assertFollows(root);
  assert.equal(textOf(root).split('\n').length - 2, 3);
  await writer.close();
});

test('a crash between two files, a lost file and other thresholds are all made good by the next start', async () => {
  const root = temporaryDirectory('compared');
  const first = await open(root);
  await first.microcat(WATER);
  await first.oxygen(OXYGEN);
  await first.sealed('microcat');
  await first.sealed('oxygen');
  // Killed before the comparison was written.
  await first.close();
  assert.equal(existsSync(join(root, PATH)), false);
  const second = await open(root);
  await second.compared.work();
  assertFollows(root);
  rmSync(join(root, PATH));
  await second.close();
  const third = await open(root);
  await third.compared.work();
  assertFollows(root);
  await third.close();
  const fourth = await open(root);
  await fourth.compared.work();
  assert.deepEqual(await fourth.flags(), {}, 'a file that is right is left alone, and not counted again');
  assert.equal((await fourth.difference()).length, 1);
  await fourth.close();
  const shifted = { ...TEMPERATURE, comparison: { ...TEMPERATURE.comparison } } as typeof TEMPERATURE;
  Object.assign(shifted.comparison, {
    limits: TEMPERATURE.comparison.limits.map((limits) => ({ ...limits, offset: 0.2 })),
  });
  const fifth = await open(root, [shifted]);
  await fifth.compared.work();
  assert.deepEqual(await fifth.flags(), { 'temperature-optode-microcat 3': 2 });
  await fifth.close();
});

test('a comparison that cannot be written is reported, keeps no other one waiting, and is written when it can be', async () => {
  const root = temporaryDirectory('compared');
  // The same comparison under another name, behind the one that fails.
  const other = { ...TEMPERATURE, comparison: { ...TEMPERATURE.comparison, id: 'other' } };
  const writer = await open(root, [TEMPERATURE, other]);
  await writer.microcat(WATER);
  await writer.oxygen(OXYGEN);
  await writer.sealed('microcat');
  await writer.sealed('oxygen');
  const blocked = join(root, dirname(PATH));
  mkdirSync(dirname(blocked), { recursive: true });
  writeFileSync(blocked, 'in the way');
  await assert.rejects(
    () => writer.compared.work(),
    /comparison temperature-optode-microcat of 2026-03-01: .*(EEXIST|ENOTDIR)/,
  );
  assert.ok(existsSync(join(root, 'comparison/other/2026-03/other_20260301.csv')));
  rmSync(blocked);
  await writer.compared.work();
  assertFollows(root);
  await writer.close();
});

test('a stopped writer makes no more comparisons', async () => {
  const root = temporaryDirectory('compared');
  const writer = await open(root);
  await writer.microcat(WATER);
  await writer.oxygen(OXYGEN);
  await writer.sealed('microcat');
  await writer.sealed('oxygen');
  writer.stop.abort();
  await writer.compared.work();
  assert.equal(existsSync(join(root, 'comparison')), false);
  await writer.close();
});

test('the comparisons of the real site are all planned', () => {
  assert.equal(PLANNED.length, observatory.comparisons.length);
  assert.ok(PLANNED.every(({ sensors }) => sensors.length >= 2));
});
