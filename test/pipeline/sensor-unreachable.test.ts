/** Sensors and broker fail on their own: whoever can be reached is archived, and the acquirer never waits for the broker. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf, sensorsOf } from '@emso/core';
import { productPaths } from '@emso/products';
import { openBlackHole } from '../../services/acquirer/src/fixtures/black-hole.ts';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { loadSiteFile } from '../../services/cli/src/site-file.ts';
import { freePort, waitFor } from '../support/servers.ts';
import { archivedLines, metricOf, openStage, type Stage } from './stage.ts';

const LINES = 60;

/** Everything a box sent stands in the archive, in order, once. */
async function assertArchived(stage: Stage, sensor: string): Promise<void> {
  const plan = stage.plan(sensor);
  const sent = readWitness(path.join(stage.logDir, `${sensor}.jsonl`)).map(({ latin1 }) => latin1.slice(0, -1));
  assert.equal(sent.length, LINES);
  await waitFor(() => archivedLines(stage.dataDir, plan, dayOf(Date.now())).join() === sent.join(), {
    what: `${LINES} lines of ${sensor} in the archive`,
    timeoutMs: 20_000,
  });
}

test('one endpoint refused, one a black hole, one without a model: the others flow', async (t) => {
  const hole = await openBlackHole();
  t.after(() => hole.close());
  // A box of a sensor that nobody can decode yet: raw is sacred all the same.
  const strange = createServer((socket) => setTimeout(() => socket.write('one\ntwo\n'), 400)).listen(0, '127.0.0.1');
  await once(strange, 'listening');
  t.after(() => strange.close());
  const endpoints = new Map([
    ['aquadopp', `tcp://127.0.0.1:${(strange.address() as AddressInfo).port}`],
    ['microcat', `tcp://127.0.0.1:${await freePort()}`],
    ['oxygen', `tcp://127.0.0.1:${hole.port}`],
  ]);
  const stage = await openStage(t, { lines: LINES, endpoints });
  const [acquirer] = await Promise.all([stage.start('acquirer'), stage.start('writer')]);
  await stage.simulator.done;
  await assertArchived(stage, 'cstar');
  assert.equal(await metricOf(acquirer, 'emso_source_connected', { sensor: 'cstar' }), 1);
  const { sensor: aquadopp } = sensorsOf(loadSiteFile(stage.site)).find(({ sensor }) => sensor.id === 'aquadopp')!;
  const raw = path.join(stage.dataDir, productPaths(aquadopp, dayOf(Date.now())).raw);
  await waitFor(() => / line \S+ one\n.* line \S+ two\n/.test(readFileSync(raw, 'latin1')), {
    what: 'lines of the aquadopp',
  });
  for (const sensor of ['microcat', 'oxygen']) {
    assert.equal(await metricOf(acquirer, 'emso_source_connected', { sensor }), 0);
    assert.equal(await metricOf(acquirer, 'emso_sensor_last_line_timestamp_seconds', { sensor }), 0, 'no sign of life');
  }
  assert.equal(await metricOf(acquirer, 'emso_lines_received_total', { sensor: 'cstar' }), LINES);
  assert.ok((await metricOf(acquirer, 'emso_sensor_info', { sensor: 'microcat' })) === 1);
  await waitFor(async () => (await metricOf(acquirer, 'emso_spool_bytes')) > 1000, { what: 'the size of the spool' });
});

test('PROMISE 6: an acquirer that waits for a broker before it spools, or forgets to publish when there is one', async (t) => {
  const stage = await openStage(t, { lines: LINES });
  await stage.nats.stop();
  const acquirer = await stage.start('acquirer');
  await stage.simulator.done;
  const spool = path.join(path.dirname(stage.dataDir), 'spool', 'mii', 'cstar');
  assert.equal(readdirSync(spool).filter((name) => name.endsWith('.spool')).length, 1);
  const ready = await fetch(`${acquirer.url}/readyz`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /spool/);
  await stage.nats.restart();
  await stage.start('writer');
  for (const sensor of ['microcat', 'oxygen', 'cstar']) await assertArchived(stage, sensor);
});
