/** Redis frozen, killed and back in the middle: every row reaches the files by the fast path, and nothing waits for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf } from '@emso/core';
import { productPaths } from '@emso/products';
import { startRedis, waitFor } from '../support/servers.ts';
import { metricOf, openStage } from './stage.ts';

const LINES = 240;
const SENSORS = ['microcat', 'oxygen', 'cstar'];

test('latest values are lost, data are not', { timeout: 60_000 }, async (t) => {
  const redis = await startRedis();
  t.after(async () => {
    redis.resume();
    await redis.stop();
  });
  const stage = await openStage(t, { lines: LINES });
  const [qc, decoder] = await Promise.all([
    stage.start('qc', { EMSO_REDIS_URL: redis.url }),
    stage.start('decoder'),
    // No NetCDF, hence no rebuild, while this runs: rows come by the fast path or not at all.
    stage.start('writer', { EMSO_NETCDF_INTERVAL_MS: '600000' }),
  ]);
  await stage.start('acquirer');
  const sent = (): number => Math.min(...[...stage.simulator.progress().values()].map((progress) => progress.sent));
  const until = (lines: number): Promise<unknown> =>
    waitFor(() => sent() >= lines, { what: `${lines} lines sent`, timeoutMs: 20_000 });
  await until(40);
  const work = async (): Promise<{ seconds: number; messages: number }> => ({
    seconds: await metricOf(qc, 'emso_stage_duration_seconds_sum', { stage: 'qc' }),
    messages: await metricOf(qc, 'emso_stage_duration_seconds_count', { stage: 'qc' }),
  });
  const before = await work();
  // Frozen is worse than dead: it takes connections and answers nobody.
  redis.pause();
  await until(120);
  const after = await work();
  const mean = (after.seconds - before.seconds) / (after.messages - before.messages);
  assert.ok(mean < 0.1, `qc took ${mean} s a message: it waits for Redis`);
  await redis.kill();
  await until(180);
  await redis.restart();
  await stage.simulator.done;

  const rowsOf = (sensor: string): number => {
    const file = path.join(stage.dataDir, productPaths(stage.plan(sensor).sensor, dayOf(Date.now())).csv);
    return readFileSync(file, 'utf8').split('\n').length - 2;
  };
  for (const sensor of SENSORS) {
    await waitFor(
      async () => {
        const decoded = await metricOf(decoder, 'emso_samples_decoded_total', { sensor });
        const rejected = await metricOf(decoder, 'emso_decode_failures_total', { sensor });
        return decoded > LINES / 2 && rowsOf(sensor) === decoded && decoded + rejected <= LINES && decoded;
      },
      { what: `every decoded row of ${sensor} in its CSV`, timeoutMs: 20_000 },
    );
  }
  const warned = qc.log().filter((line) => line['level'] !== 'warn' || line['reason'] !== 'cache-down');
  assert.deepEqual(warned, []);
});
