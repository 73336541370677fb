/**
 * The promise, first form: whatever is killed, the files of the live chain are byte for byte what a rebuild from the raw archive
 * gives, and the raw archive is what the boxes sent but for recorded gaps while the acquirer was away.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { KIND } from '@emso/core';
import { mergeRuns, type SensorPlan } from '@emso/pipeline';
import { canonicalOrder, decodeManifest, parseRawFile } from '@emso/products';
import { findRawFiles } from '../../services/cli/src/reprocess/inventory.ts';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { randomOf, wholeBetween } from '../../services/cli/src/simulate/random.ts';
import { readWitness, type WitnessEntry } from '../../services/cli/src/simulate/witness.ts';
import { ROLES, type Role, startTestChain, type TestChain } from '../support/chain.ts';
import { readNetcdf } from '../support/netcdf-reader.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { filesBelow, productDifferences } from '../support/trees.ts';

const SEED = Number(process.env.EMSO_SEED ?? 20261121);
const KILLS_PER_ROLE = Number(process.env.EMSO_KILLS_PER_ROLE ?? 2);
const CADENCE_MS = 25;
/** Lines keep flowing during all kills, and some after the last. */
const LINES = Math.max(1200, KILLS_PER_ROLE * ROLES.length * 110);
const THREE_DAYS_MS = 3 * 86_400_000;

test('kills of every role: live equals rebuilt, and the archive is what was sent', { timeout: 300_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}, ${KILLS_PER_ROLE} kills of each of ${ROLES.join(', ')}`);
  const chain = await startTestChain({ seed: SEED, lines: LINES, faults: [], cadenceMs: CADENCE_MS });
  t.after(() => chain.stop());
  const away = await killEverything(chain);
  await chain.simulator.done;
  await waitFor(() => chain.isQuiet(), { what: 'every consumer to have nothing pending', timeoutMs: 30_000 });

  const open = await waitUntilEqual(chain, 'open');
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
  await waitFor(() => manifestsOf(chain.dataDir).every(({ history }) => history.state === 'sealed'), {
    what: 'every day to be sealed',
    timeoutMs: 30_000,
  });
  await waitUntilEqual(chain, 'sealed');
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
  return away;
}

/** Rebuilds from the raw archive until the live files are equal; gives up with what still differs. */
async function waitUntilEqual(chain: TestChain, form: 'open' | 'sealed'): Promise<{ files: number }> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const out = temporaryDirectory(`rebuilt-${form}`);
    await reprocess({ raw: path.join(chain.dataDir, 'raw'), out, observatory: chain.site, workers: 1, form });
    const differences = productDifferences(chain.dataDir, out);
    if (differences.length === 0) {
      for (const root of [chain.dataDir, out]) checkNetcdf(root);
      return { files: filesBelow(out).length };
    }
    if (performance.now() > deadlineMs) assert.fail(`live and rebuilt (${form}) differ:\n${differences.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Every NetCDF of a tree, read by somebody else's reader, has the rows of its CSV; `ncdump` finds nothing wrong where there is one. */
function checkNetcdf(root: string): void {
  const names = filesBelow(path.join(root, 'netcdf'));
  assert.ok(names.length > 0);
  for (const name of names) {
    const file = path.join(root, 'netcdf', name);
    const { dimensions, variables } = readNetcdf(readFileSync(file));
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

function manifestsOf(dataDir: string) {
  const root = path.join(dataDir, 'manifest');
  return filesBelow(root).map((name) => decodeManifest(readFileSync(path.join(root, name), 'utf8')));
}

/**
 * Every whole line of the archive was sent, in that order, none twice; what was sent and is not there was sent while the acquirer
 * was away, between two sessions.
 */
async function checkArchive(
  plan: SensorPlan,
  chain: TestChain,
  away: readonly Away[],
  say: (text: string) => void,
): Promise<void> {
  const { id } = plan.sensor;
  const sent = readWitness(path.join(chain.logDir, `${id}.jsonl`));
  const { files } = await findRawFiles(path.join(chain.dataDir, 'raw'), [plan]);
  const run = mergeRuns((files.get(plan) ?? []).map((file) => parseRawFile(readFileSync(file.path)).run));
  const ids = new Set<string>();
  let next = 0;
  let sessionBefore = -1;
  let lines = 0;
  let lost = 0;
  const lose = (until: number, sessionChanged: boolean): void => {
    for (; next < until; next++) {
      const { atMs, n } = sent[next];
      lost++;
      assert.ok(sessionChanged, `${id}: line ${n} is missing inside a session: ${JSON.stringify(sent[next])}`);
      const known = away.some(({ fromMs, toMs }) => atMs >= fromMs - 1000 && atMs <= toMs + 3000);
      assert.ok(known, `${id}: line ${n} is missing although the acquirer was there`);
    }
  };
  for (let i = 0; i < run.count; i++) {
    const key = `${run.sessions[run.session[i]]}/${run.seq[i]}`;
    assert.ok(!ids.has(key), `${id}: record ${key} stands twice`);
    ids.add(key);
  }
  // Rows lie in the order of arrival: a redelivered one comes after its successors.
  for (const i of canonicalOrder(run).order) {
    if (run.kind[i] !== KIND.line) continue;
    const text = Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1');
    const at = nearestHeard(sent, next, `${text}\n`, run.received[i]);
    assert.ok(
      at >= 0,
      `${id}: the archive holds a line that was not sent, or not in this order: ${JSON.stringify(text)}`,
    );
    lose(at, run.session[i] !== sessionBefore);
    next = at + 1;
    sessionBefore = run.session[i];
    lines++;
  }
  lose(sent.length, away.length > 0);
  say(`${id}: ${sent.length} sent, ${lines} archived, ${lost} sent while the acquirer was away`);
  assert.ok(lines > sent.length / 2, `${id}: expected most lines in the archive, found ${lines} of ${sent.length}`);
}

/**
 * The line with this text that somebody heard nearest to its reception; −1 when there is none. Instruments repeat themselves: a
 * line that was lost with the acquirer must not be taken for an equal one that came later.
 */
function nearestHeard(sent: readonly WitnessEntry[], from: number, latin1: string, receivedMs: number): number {
  let nearest = -1;
  for (let i = from; i < sent.length; i++) {
    if (!sent[i].heard || sent[i].latin1 !== latin1) continue;
    if (nearest >= 0 && Math.abs(sent[i].atMs - receivedMs) >= Math.abs(sent[nearest].atMs - receivedMs)) break;
    nearest = i;
  }
  return nearest;
}
