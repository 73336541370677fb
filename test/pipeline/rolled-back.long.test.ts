/** A broker that comes back with an older copy of its store: power loss takes the newest writes, and not of every file alike. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf } from '@emso/core';
import { productPaths } from '@emso/products';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { type NatsServer, temporaryDirectory, waitFor } from '../support/servers.ts';
import { archivedLines, openStage } from './stage.ts';

const LINES = 200;
const SENSORS = ['microcat', 'oxygen', 'cstar'];

interface Loss {
  readonly what: string;
  /** What of the store is older afterwards. */
  readonly older: string;
  /** How the broker ends each time. A clean end writes the state of its consumers, which the older messages then lack. */
  readonly end: (nats: NatsServer) => Promise<unknown>;
  /** Whether the copy is taken from a running broker. */
  readonly running: boolean;
}

const LOSSES: readonly Loss[] = [
  { what: 'a whole store, copied while it ran', older: 'jetstream', end: (nats) => nats.kill(), running: true },
  { what: 'a whole store, copied at rest', older: 'jetstream', end: (nats) => nats.stop(), running: false },
  {
    what: 'messages older than what consumers had of them',
    older: 'jetstream/$G/streams/RAW/msgs',
    end: (nats) => nats.stop(),
    running: false,
  },
];

for (const { what, older, end, running } of LOSSES) {
  test(`PROMISE 6: a line lost or doubled by a broker that forgot: ${what}`, { timeout: 90_000 }, async (t) => {
    const stage = await openStage(t, { lines: LINES });
    const { nats } = stage;
    await Promise.all(['writer', 'qc', 'decoder', 'acquirer'].map((role) => stage.start(role)));
    const reached = (lines: number): Promise<unknown> =>
      waitFor(() => Math.min(...[...stage.simulator.progress().values()].map(({ sent }) => sent)) > lines, {
        what: `${lines} lines to be sent`,
        timeoutMs: 20_000,
      });
    const archived = (sensor: string): string[] => archivedLines(stage.dataDir, stage.plan(sensor), dayOf(Date.now()));

    await reached(LINES / 4);
    const store = path.join(nats.storeDir, older);
    const copy = temporaryDirectory('older-store');
    if (!running) await end(nats);
    cpSync(store, copy, { recursive: true });
    if (!running) await nats.restart();
    await reached(LINES / 2);
    // What the broker will forget was archived, so that its consumers had it.
    await waitFor(() => SENSORS.every((sensor) => archived(sensor).length > LINES / 2), {
      what: 'half of it archived',
    });
    await end(nats);
    rmSync(store, { recursive: true });
    cpSync(copy, store, { recursive: true });
    await nats.restart();
    await stage.simulator.done;

    for (const sensor of SENSORS) {
      const sent = readWitness(path.join(stage.logDir, `${sensor}.jsonl`)).map(({ latin1 }) => latin1.slice(0, -1));
      await waitFor(() => archived(sensor).join() === sent.join(), {
        what: `every line of ${sensor} in the archive, once and in order`,
        timeoutMs: 30_000,
      });
      const { raw } = productPaths(stage.plan(sensor).sensor, dayOf(Date.now()));
      const rows = readFileSync(path.join(stage.dataDir, raw), 'latin1').trimEnd().split('\n');
      assert.equal(new Set(rows.map((row) => row.split(' ')[2])).size, rows.length, `${sensor}: an id stands twice`);
    }
  });
}
