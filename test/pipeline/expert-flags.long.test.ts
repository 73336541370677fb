/**
 * Decisions written while the chain runs: in force from the next start of qc and writer, in that order or another, and the live files
 * are at every moment what a rebuild with the facts of the writer gives.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, dayOf, isoDay } from '@emso/core';
import { decodeManifest, type Manifest, productPaths } from '@emso/products';
import { askWriter } from '../../services/cli/src/chain/writer-client.ts';
import { addFlag, withdrawFlag } from '../../services/cli/src/expert-facts/flag.ts';
import { startTestChain, type TestChain } from '../support/chain.ts';
import { untilRebuiltEqual, untilSealed } from '../support/rebuilt.ts';
import { waitFor } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';

/** No test ever gives it. */
const SAID = 7;
const BY = { by: 'A. Person', why: 'a test' };
const LATER = {
  NODE_OPTIONS: `--import=${path.resolve(import.meta.dirname, '../support/later-clock.mjs')}`,
  EMSO_TEST_CLOCK_AHEAD_MS: String(3 * DAY_MS),
};

test('a flag, and its withdrawal, written between restarts: live equals rebuilt', { timeout: 200_000 }, async (t) => {
  const chain = await startTestChain({ seed: 7, lines: 100_000, faults: [], cadenceMs: 40 });
  t.after(() => chain.stop());
  await linesMore(chain, 20);
  const today = dayOf(Date.now());
  const [from, to] = [isoDay(today - 1), isoDay(today + 2)];
  addFlag(chain.site, { sensor: 'cstar', from, to, codes: ['ATTN'], flag: SAID }, BY);
  // The writer does not know yet: what it hears from now on is not its own answer.
  await chain.restartWith('qc', {});
  await linesMore(chain, 40);
  assert.ok(!flagsIn(chain, 'cstar', 'ATTN_QC').has(String(SAID)), 'the writer reads facts when it starts');
  await chain.killAndRestart('writer');
  await linesMore(chain, 40);
  await chain.simulator.stop();
  const quiet = { what: 'every consumer to have nothing pending', timeoutMs: 30_000 };
  await waitFor(() => chain.isQuiet(), quiet);
  await chain.service('acquirer').stop();
  await waitFor(() => chain.isQuiet(), quiet);
  await untilRebuiltEqual(chain.dataDir, chain.site, 'open');
  assert.deepEqual([...flagsIn(chain, 'cstar', 'ATTN_QC')], [String(SAID)]);
  for (const role of ['qc', 'writer'] as const) {
    const wrong = chain
      .service(role)
      .log()
      .filter((line) => line['level'] === 'fatal' || line['reason'] === 'divergence');
    assert.deepEqual(wrong, [], `${role} says so`);
  }

  await chain.restartWith('writer', LATER);
  await untilSealed(chain.dataDir, 30_000);
  await untilRebuiltEqual(chain.dataDir, chain.site, 'sealed');
  const sealed = manifestsOf(chain, 'cstar');
  assert.ok(sealed.every(({ content }) => content.expertFlags !== undefined));
  assert.ok(manifestsOf(chain, 'oxygen').every(({ content }) => content.expertFlags === undefined));

  withdrawFlag(chain.site, 1, BY);
  await chain.restartWith('writer', LATER);
  const stale = async (): Promise<string[]> => {
    const ledger = await askWriter<Record<string, { stale: boolean }[]>>(chain.dataDir, '/ledger');
    return Object.keys(ledger).filter((key) => ledger[key].some((day) => day.stale));
  };
  await waitFor(async () => (await stale()).join() === 'mii/cstar', {
    what: 'the C-Star to be stale',
    timeoutMs: 10_000,
  });
  await askWriter(chain.dataDir, '/seal', {});
  assert.deepEqual(manifestsOf(chain, 'cstar'), sealed, 'sealed days change on demand only');
  const asked = await askWriter<Record<string, number[]>>(chain.dataDir, '/seal', { stale: true });
  assert.equal(asked['mii/cstar'].length, sealed.length);
  await untilRebuiltEqual(chain.dataDir, chain.site, 'sealed');
  for (const { content, history } of manifestsOf(chain, 'cstar')) {
    assert.equal(content.expertFlags, undefined);
    assert.deepEqual(history.notes, ['v2: expert flags changed']);
  }
  assert.ok(!flagsIn(chain, 'cstar', 'ATTN_QC').has(String(SAID)));
  assert.deepEqual(await stale(), []);
});

/** Waits until every box has sent so many lines more, and the files of the C-Star have grown by as many. */
async function linesMore(chain: TestChain, count: number): Promise<void> {
  const sent = (): number => Math.min(...[...chain.simulator.progress().values()].map((progress) => progress.sent));
  const at = sent() + count;
  await waitFor(() => sent() >= at, { what: `${at} lines to be sent`, timeoutMs: 60_000 });
  const rows = rowsIn(chain, 'cstar').length;
  await waitFor(() => rowsIn(chain, 'cstar').length > rows, { what: 'the files to grow', timeoutMs: 30_000 });
}

function planOf(chain: TestChain, sensor: string) {
  const plan = chain.plans.find((each) => each.sensor.id === sensor);
  assert.ok(plan, `expected a plan of ${sensor}`);
  return plan;
}

function rowsIn(chain: TestChain, sensor: string): Record<string, string>[] {
  const { folder } = planOf(chain, sensor).sensor;
  const root = path.join(chain.dataDir, 'csv', folder);
  return filesBelow(root).flatMap((name) => {
    const [heading, ...lines] = readFileSync(path.join(root, name), 'utf8').split('\n').slice(0, -1);
    const names = heading.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
  });
}

function flagsIn(chain: TestChain, sensor: string, column: string): Set<string> {
  return new Set(rowsIn(chain, sensor).map((row) => row[column]));
}

function manifestsOf(chain: TestChain, sensor: string): Manifest[] {
  const { sensor: places } = planOf(chain, sensor);
  const root = path.join(chain.dataDir, path.dirname(path.dirname(productPaths(places, 0).manifest)));
  return filesBelow(root).map((name) => decodeManifest(readFileSync(path.join(root, name), 'utf8')));
}
