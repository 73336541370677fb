/**
 * The promise, first form: whatever is killed, the files of the live chain are byte for byte what a rebuild from the raw archive
 * gives, open days as netCDF-3 and sealed ones as netCDF-4; and the raw archive is what the boxes sent but for recorded gaps while
 * the acquirer was away.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { KIND } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { randomOf, wholeBetween } from '../../services/cli/src/simulate/random.ts';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { archivedRecords, doubledRows, lossesOf } from '../support/archive-check.ts';
import { ROLES, type Role, startTestChain, type TestChain } from '../support/chain.ts';
import { type ReadNetcdf, readNetcdf } from '../support/netcdf-reader.ts';
import { readNetcdf4 } from '../support/netcdf4-reader.ts';
import { untilRebuiltEqual, untilSealed } from '../support/rebuilt.ts';
import { waitFor } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';

const SEED = Number(process.env.EMSO_SEED ?? 20261121);
const KILLS_PER_ROLE = Number(process.env.EMSO_KILLS_PER_ROLE ?? 2);
const CADENCE_MS = 25;
/** Lines keep flowing during all kills, however long they take, and so many after the last. */
const MOST_LINES = 100_000;
const LAST_LINES = 100;
const THREE_DAYS_MS = 3 * 86_400_000;

test('kills of every role: live equals rebuilt, and the archive is what was sent', { timeout: 300_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}, ${KILLS_PER_ROLE} kills of each of ${ROLES.join(', ')}`);
  const chain = await startTestChain({
    seed: SEED,
    lines: MOST_LINES,
    faults: [],
    cadenceMs: CADENCE_MS,
    sealedFormat: 'netcdf4',
  });
  t.after(() => chain.stop());
  const away = await killEverything(chain);
  await chain.simulator.stop();
  const quiet = { what: 'every consumer to have nothing pending', timeoutMs: 30_000 };
  await waitFor(() => chain.isQuiet(), quiet);
  // It would go on telling that the boxes are away, and a day of which something is told is not quiet.
  await chain.service('acquirer').stop();
  await waitFor(() => chain.isQuiet(), quiet);

  const open = await untilRebuiltEqual(chain.dataDir, chain.site, 'open');
  for (const root of [chain.dataDir, open.root]) checkNetcdf(root, readNetcdf);
  assert.ok(
    open.files >= 3 * chain.plans.length,
    `expected CSV, NetCDF and .dat of every sensor, found ${open.files} files`,
  );
  for (const plan of chain.plans) await checkArchive(plan, chain, away, t.diagnostic.bind(t));
  for (const role of ['acquirer', 'decoder', 'qc', 'writer'] as const) {
    const fatal = chain
      .service(role)
      .log()
      .filter((line) => line['level'] === 'fatal' || line['reason'] === 'divergence');
    assert.deepEqual(fatal, [], `${role} says so`);
  }

  await chain.restartWith('writer', {
    NODE_OPTIONS: `--import=${path.resolve(import.meta.dirname, '../support/later-clock.mjs')}`,
    EMSO_TEST_CLOCK_AHEAD_MS: String(THREE_DAYS_MS),
  });
  await untilSealed(chain.dataDir, 30_000);
  const sealed = await untilRebuiltEqual(chain.dataDir, chain.site, 'sealed');
  for (const root of [chain.dataDir, sealed.root]) checkNetcdf(root, readNetcdf4);
});

interface Away {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Kills every role so many times in a seeded order at seeded moments; returns when the acquirer was away. */
async function killEverything(chain: TestChain): Promise<Away[]> {
  const random = randomOf(SEED, 'kills');
  const schedule: Role[] = Array.from({ length: KILLS_PER_ROLE }, () => ROLES).flat();
  for (let i = schedule.length - 1; i > 0; i--) {
    const j = wholeBetween(random, 0, i);
    [schedule[i], schedule[j]] = [schedule[j], schedule[i]];
  }
  const away: Away[] = [];
  const sent = (): number => Math.min(...[...chain.simulator.progress().values()].map((progress) => progress.sent));
  for (const role of schedule) {
    const at = sent() + wholeBetween(random, 10, 80);
    await waitFor(() => sent() >= at, { what: `${at} lines to be sent`, timeoutMs: 60_000 });
    const fromMs = Date.now();
    await chain.killAndRestart(role);
    if (role === 'acquirer') away.push({ fromMs, toMs: Date.now() });
  }
  const last = sent() + LAST_LINES;
  await waitFor(() => sent() >= last, { what: `${last} lines to be sent`, timeoutMs: 60_000 });
  return away;
}

/** Every NetCDF of a tree, read by somebody else's reader, has the rows of its CSV; `ncdump` finds nothing wrong where there is one. */
function checkNetcdf(root: string, read: (bytes: Uint8Array) => ReadNetcdf): void {
  const names = filesBelow(path.join(root, 'netcdf'));
  assert.ok(names.length > 0);
  for (const name of names) {
    const file = path.join(root, 'netcdf', name);
    const { dimensions, variables } = read(readFileSync(file));
    const csv = readFileSync(path.join(root, 'csv', name.replace(/nc$/, 'csv')), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1);
    assert.deepEqual(dimensions.get('time'), { length: csv.length, unlimited: true }, name);
    const time = variables.get('time')?.data;
    assert.equal(time?.length, csv.length);
    const { status, stderr, error } = spawnSync('ncdump', ['-h', file], { encoding: 'utf8' });
    if (error === undefined) assert.deepEqual([status, stderr], [0, ''], name);
    else assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT', String(error));
  }
}

/** The archive is what was sent, in that order, none twice, but for what was sent while the acquirer was away, between two sessions. */
async function checkArchive(
  plan: SensorPlan,
  chain: TestChain,
  away: readonly Away[],
  say: (text: string) => void,
): Promise<void> {
  const { id } = plan.sensor;
  assert.deepEqual(await doubledRows(chain.dataDir, plan), [], `${id}: rows that stand twice`);
  const sent = readWitness(path.join(chain.logDir, `${id}.jsonl`));
  const lines = (await archivedRecords(chain.dataDir, plan)).filter(({ kind }) => kind === KIND.line);
  const sessionChanges = (at: number): boolean => lines[at - 1]?.session !== lines[at]?.session;
  const wasAway = (atMs: number): boolean =>
    away.some(({ fromMs, toMs }) => atMs >= fromMs - 1000 && atMs <= toMs + 3000);
  const losses = lossesOf(
    sent,
    lines.map(({ text }) => `${text}\n`),
    ({ atMs }, at) => sessionChanges(at) && wasAway(atMs),
  );
  const lost = losses.reduce((sum, { from, to }) => sum + to - from, 0);
  say(`${id}: ${sent.length} sent, ${lines.length} archived, ${lost} sent while the acquirer was away`);
  assert.ok(
    lines.length > sent.length / 2,
    `${id}: expected most lines in the archive, found ${lines.length} of ${sent.length}`,
  );
}
