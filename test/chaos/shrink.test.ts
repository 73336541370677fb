import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawSchedule, killsOf, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';

test('what does not matter goes, what matters stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 3 }),
      async (kills, chosen) => {
        const schedule = drawSchedule(7, kills, true);
        const guilty = new Set(chosen.map((place) => schedule.strikes[place % schedule.strikes.length]));
        const fails = async ({ strikes }: Schedule): Promise<boolean> =>
          [...guilty].every((one) => strikes.includes(one));
        const { strikes } = await shrink(schedule, fails, 1000);
        assert.deepEqual(new Set(strikes), guilty);
      },
    ),
    { numRuns: 30 },
  );
});

test('tries are counted', async () => {
  let runs = 0;
  const schedule = drawSchedule(7, 30, true);
  const same = await shrink(schedule, async () => ++runs > 1e9, 5);
  assert.equal(runs, 5);
  assert.deepEqual(same, schedule);
});

test('a seed gives one schedule, with every role and every kind of fault', () => {
  assert.deepEqual(drawSchedule(11, 50, true), drawSchedule(11, 50, true));
  assert.notDeepEqual(drawSchedule(11, 50, true), drawSchedule(12, 50, true));
  const { strikes } = drawSchedule(11, 50, true);
  assert.ok(strikes.reduce((sum, { fault }) => sum + killsOf(fault), 0) >= 50);
  for (const role of ['acquirer', 'decoder', 'qc', 'writer', 'nats']) {
    const kills = strikes.filter(({ fault }) => fault.kind === 'kill' && fault.role === role);
    assert.ok(kills.length >= 5, `${role} is killed ${kills.length} times`);
  }
  assert.equal(new Set(strikes.map(({ fault }) => fault.kind)).size, 11);
  assert.equal(
    drawSchedule(11, 50, false).strikes.some(({ fault }) => fault.kind === 'full-disk'),
    false,
  );
});
