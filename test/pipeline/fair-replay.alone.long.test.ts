/** A spool that goes out after a long outage: the lines of other sensors reach the archive as they come, not behind it. */
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf } from '@emso/core';
import { productPaths } from '@emso/products';
import { createLog, openSpool } from '@emso/runtime';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { freePort, waitFor } from '../support/servers.ts';
import { openStage, type Stage } from './stage.ts';

const BACKLOG = 50_000;
const LIVE = ['oxygen', 'cstar'];
/** 20 Hz, two hundred times what the instruments do. */
const LIVE_CADENCE_MS = 50;
const LIVE_LINES = 400;
/** From the box to the row on disk, at the 99th percentile, while the backlog goes out, on two busy cores. Alone it is some ms. */
const LIMIT_MS = 1200;

/** Half a month of a sensor that nobody could publish, as its acquirer left it. */
async function fillSpool(stage: Stage, sensor: string): Promise<void> {
  const dir = path.join(path.dirname(stage.dataDir), 'spool');
  const log = createLog({ service: 'test', level: 'silent' });
  const spool = await openSpool({ dir, platform: 'mii', sensor, log });
  const fromMs = Date.now() - BACKLOG * 5;
  for (let at = 0; at < BACKLOG; at += 1000) {
    await spool.append(
      Array.from({ length: 1000 }, (_, i) => {
        const text = ` 13.${1000 + ((at + i) % 999)},  4.60123, 2501.123, 01 Mar 2026, 12:00:00\r`;
        return { kind: 'line' as const, receivedMs: fromMs + (at + i) * 5, bytes: Buffer.from(text) };
      }),
    );
  }
  await spool.close();
}

/** Looks at a growing raw file: how many rows of lines it has, and when each was first seen. */
function watchRows(file: () => string) {
  const seenMs: number[] = [];
  let fd: number | undefined;
  const buffer = Buffer.alloc(1 << 20);
  let rest = '';
  return {
    seenMs,
    look(): void {
      if (fd === undefined) {
        if (!existsSync(file())) return;
        fd = openSync(file(), 'r');
      }
      const nowMs = Date.now();
      for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
        const rows = (rest + buffer.toString('latin1', 0, read)).split('\n');
        rest = rows.pop() ?? '';
        // The kind is the second word. A busy acquirer may hear of its connection so late that it takes the first line for a rest.
        for (const row of rows) if (/^\S+ (line|partial) /.test(row)) seenMs.push(nowMs);
      }
    },
    close: () => fd !== undefined && closeSync(fd),
  };
}

test('PROMISE 3: a spool replayed after a long outage that starves the live lines of other sensors', {
  timeout: 120_000,
}, async (t) => {
  const endpoints = new Map([['microcat', `tcp://127.0.0.1:${await freePort()}`]]);
  const stage = await openStage(t, { lines: LIVE_LINES, cadenceMs: LIVE_CADENCE_MS, endpoints });
  await fillSpool(stage, 'microcat');
  const production = { EMSO_NETCDF_INTERVAL_MS: '60000', EMSO_TICK_MS: '1000', EMSO_VERDICT_TIMEOUT_MS: '10000' };
  const [writer] = await Promise.all(['writer', 'qc', 'decoder'].map((role) => stage.start(role, production)));
  await waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, { what: 'the writer', timeoutMs: 20_000 });
  const rawOf = (sensor: string): string =>
    path.join(stage.dataDir, productPaths(stage.plan(sensor).sensor, dayOf(Date.now())).raw);
  const rows = new Map(['microcat', ...LIVE].map((sensor) => [sensor, watchRows(() => rawOf(sensor))]));
  const looking = setInterval(() => {
    for (const each of rows.values()) each.look();
  }, 2);
  t.after(() => {
    clearInterval(looking);
    for (const each of rows.values()) each.close();
  });
  await stage.start('acquirer', production);
  const seen = (sensor: string): number[] => rows.get(sensor)?.seenMs ?? [];
  await waitFor(() => seen('microcat').length >= BACKLOG, { what: 'the backlog in the archive', timeoutMs: 60_000 });
  const replay = { fromMs: seen('microcat')[0], toMs: seen('microcat')[BACKLOG - 1] };
  await stage.simulator.done;
  await waitFor(
    () => {
      const counts = LIVE.map((sensor) => `${sensor}: ${seen(sensor).length}`);
      const done = LIVE.every((sensor) => seen(sensor).length === LIVE_LINES);
      return done || Promise.reject(new Error(`${LIVE_LINES} lines each, found ${counts.join(', ')}`));
    },
    { what: 'every live line' },
  );
  const delays: { atMs: number; ms: number }[] = LIVE.flatMap((sensor) =>
    readWitness(path.join(stage.logDir, `${sensor}.jsonl`)).map(({ atMs }, i) => ({
      atMs,
      ms: seen(sensor)[i] - atMs,
    })),
  );
  const at = (share: number, list: number[]): number => list.sort((a, b) => a - b)[Math.ceil(share * list.length) - 1];
  const during = delays.filter(({ atMs, ms }) => atMs + ms >= replay.fromMs && atMs <= replay.toMs).map(({ ms }) => ms);
  const after = delays.filter(({ atMs }) => atMs > replay.toMs).map(({ ms }) => ms);
  t.diagnostic(
    `${BACKLOG} lines replayed in ${replay.toMs - replay.fromMs} ms; live lines meanwhile (${during.length}): ` +
      `median ${at(0.5, during)} ms, p99 ${at(0.99, during)} ms; afterwards (${after.length}): median ${at(0.5, after)} ms, p99 ${at(0.99, after)} ms`,
  );
  assert.ok(during.length >= 10, `${during.length} live lines during the replay: too few to say anything`);
  assert.ok(at(0.99, during) < LIMIT_MS, `p99 ${at(0.99, during)} ms during the replay`);
});
