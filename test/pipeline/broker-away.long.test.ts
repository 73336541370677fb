/** The broker away for longer than its duplicate window: what it took before comes again and is stored again, but never archived so. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf } from '@emso/core';
import { productPaths } from '@emso/products';
import { applyTopology, linkUp, publishDurably } from '@emso/runtime';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { untilRebuiltEqual } from '../support/rebuilt.ts';
import { waitFor } from '../support/servers.ts';
import { archivedLines, openStage } from './stage.ts';
import { connectTest } from './test-bus.ts';

const LINES = 160;
const WINDOW_MS = 500;

test('PROMISE 2: a line lost or doubled when the broker was away for longer than its duplicate window', {
  timeout: 120_000,
}, async (t) => {
  const stage = await openStage(t, { lines: LINES });
  const bus = await connectTest(t, stage.nats);
  await applyTopology(bus, { duplicateWindowMs: WINDOW_MS });
  await Promise.all(['writer', 'qc', 'decoder', 'acquirer'].map((role) => stage.start(role)));
  assert.equal((await bus.jsm.streams.info('RAW')).config.duplicate_window, WINDOW_MS * 1e6);
  const sent = (): number => Math.min(...[...stage.simulator.progress().values()].map((progress) => progress.sent));
  await waitFor(() => sent() > LINES / 4, { what: 'a quarter of the lines to be sent', timeoutMs: 20_000 });

  await stage.nats.kill();
  const awayMs = performance.now();
  await waitFor(() => performance.now() - awayMs > 3 * WINDOW_MS, { what: 'the window to be over' });
  await stage.nats.restart();
  await linkUp(bus);

  // What publishers whose acknowledgements were lost would send: the same ids, which the broker has forgotten.
  const { state } = await bus.jsm.streams.info('RAW');
  let again = 0;
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await bus.jsm.streams.getMessage('RAW', { seq });
    if (message === null || Date.now() - message.time.getTime() < 2 * WINDOW_MS) continue;
    const { duplicate } = await publishDurably(bus, message.subject, message.header.get('Nats-Msg-Id'), message.data);
    if (!duplicate) again++;
  }
  assert.ok(again > 20, `${again} messages were stored again: the window was never left`);

  await stage.simulator.done;
  const day = dayOf(Date.now());
  for (const sensor of ['microcat', 'oxygen', 'cstar']) {
    const plan = stage.plan(sensor);
    const lines = readWitness(path.join(stage.logDir, `${sensor}.jsonl`)).map(({ latin1 }) => latin1.slice(0, -1));
    await waitFor(() => archivedLines(stage.dataDir, plan, day).join() === lines.join(), {
      what: `every line of ${sensor} in the archive, once and in order`,
      timeoutMs: 30_000,
    });
    const raw = readFileSync(path.join(stage.dataDir, productPaths(plan.sensor, day).raw), 'latin1');
    const ids = raw
      .trimEnd()
      .split('\n')
      .map((row) => row.split(' ')[2]);
    assert.equal(new Set(ids).size, ids.length, `${sensor}: an id stands twice`);
  }
  await untilRebuiltEqual(stage.dataDir, stage.site, 'open');
});
