/** A broker that comes back without its whole store, in the middle: streams, consumers and every line are there again. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf } from '@emso/core';
import { productPaths } from '@emso/products';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { waitFor } from '../support/servers.ts';
import { archivedLines, openStage } from './stage.ts';

const LINES = 200;

test('PROMISE 6: a line lost or doubled by a broker that comes back without its store', {
  timeout: 90_000,
}, async (t) => {
  const stage = await openStage(t, { lines: LINES });
  const services = await Promise.all(['writer', 'qc', 'decoder', 'acquirer'].map((role) => stage.start(role)));
  const sent = (): number => Math.min(...[...stage.simulator.progress().values()].map((progress) => progress.sent));
  await waitFor(() => sent() > LINES / 2, { what: 'half of the lines to be sent', timeoutMs: 20_000 });
  await stage.nats.kill();
  rmSync(path.join(stage.nats.storeDir, 'jetstream'), { recursive: true });
  await stage.nats.restart();
  await stage.simulator.done;
  for (const sensor of ['microcat', 'oxygen', 'cstar']) {
    const plan = stage.plan(sensor);
    const lines = readWitness(path.join(stage.logDir, `${sensor}.jsonl`)).map(({ latin1 }) => latin1.slice(0, -1));
    const day = dayOf(Date.now());
    await waitFor(() => archivedLines(stage.dataDir, plan, day).join() === lines.join(), {
      what: `every line of ${sensor} in the archive, once and in order`,
      timeoutMs: 40_000,
    });
    // The last line is a sample of every simulated instrument: with its row, the files have caught up.
    const csv = path.join(stage.dataDir, productPaths(plan.sensor, day).csv);
    const raw = readFileSync(path.join(stage.dataDir, productPaths(plan.sensor, day).raw), 'latin1');
    assert.equal(
      new Set(raw.match(/\S+\/\d+ /g)).size,
      raw.trimEnd().split('\n').length,
      `${sensor}: an id stands twice`,
    );
    const lastReceived =
      raw
        .trimEnd()
        .split('\n')
        .filter((row) => row.includes(' line '))
        .at(-1)
        ?.slice(0, 19) ?? '';
    await waitFor(() => readFileSync(csv, 'utf8').includes(lastReceived), {
      what: `the last line of ${sensor} (${lastReceived}) in its CSV`,
      timeoutMs: 40_000,
    });
  }
  for (const service of services) {
    assert.equal(service.exit(), undefined);
    const errors = service.log().filter(({ level }) => level === 'error' || level === 'fatal');
    assert.deepEqual(
      errors.map(({ reason, msg }) => `${reason}: ${msg}`),
      [],
    );
  }
});
