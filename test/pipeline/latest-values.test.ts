/** The latest values in Redis, which boards show, and the metrics of the tests: good is said where something was evaluated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QARTOD, type QualifiedObservation } from '@emso/core';
import { createLog, openCache } from '@emso/runtime';
import { startRedis, waitFor } from '../support/servers.ts';
import { metricOf, openStage } from './stage.ts';

test('a latest value is good only where a test said so', { timeout: 60_000 }, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const stage = await openStage(t, { lines: 60 });
  const [qc] = await Promise.all([stage.start('qc', { EMSO_REDIS_URL: redis.url }), stage.start('decoder')]);
  await stage.start('acquirer');
  const cache = openCache(redis.url, createLog({ service: 'test', level: 'silent' }));
  t.after(() => cache.close());
  const flags = new Map<number, number>();
  for (const sensor of ['microcat', 'cstar', 'aquadopp']) {
    const { platform } = stage.plan(sensor);
    const json = await waitFor(() => cache.getLatest(platform.id, sensor), {
      what: `a latest value of ${sensor}`,
      timeoutMs: 20_000,
    });
    const { verdicts } = JSON.parse(json) as QualifiedObservation;
    for (const [code, { flag, tests }] of Object.entries(verdicts)) {
      flags.set(flag, (flags.get(flag) ?? 0) + 1);
      const said = Object.entries(tests).flatMap(([name, answer]) => (name === 'missing' ? [] : [answer]));
      if (flag === 1) assert.ok(said.includes(QARTOD.good), `${sensor} ${code}: good, and no test said so`);
      if (said.every((answer) => answer === QARTOD.notEvaluated)) assert.ok(flag !== 1, `${sensor} ${code}`);
    }
  }
  assert.ok((flags.get(1) ?? 0) > 3, 'some are good');
  const answers = { sensor: 'microcat', variable: 'TEMP', test: 'grossRange' };
  await waitFor(async () => (await metricOf(qc, 'emso_qc_test_answers_total', answers)) > 0, {
    what: 'answers of a test among the metrics',
    timeoutMs: 10_000,
  });
});
