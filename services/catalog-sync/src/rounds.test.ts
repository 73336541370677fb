/** When it is tried again: soon for what passes, later and later for what a person must mend, and not before the server wants it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, createMetrics } from '@emso/runtime';
import { CatalogueFault, type FarEnd, type FaultState, SyncMemory } from '@emso/runtime/catalogue';
import { records } from '../../../test/support/geonetwork/records.ts';
import { catalogueMetrics } from './metrics.ts';
import { Rounds } from './rounds.ts';

const RETRY_MS = 10;
const INTERVAL_MS = 3_600_000;

/** Rounds against a far end that fails in one way while it is opened. */
function roundsOf(fail: () => CatalogueFault | undefined, list = async () => records()): Rounds {
  const nothing = async (): Promise<undefined> => undefined;
  const farEnd: FarEnd = {
    identity: 'test',
    async open() {
      const fault = fail();
      if (fault !== undefined) throw fault;
      return { name: 'test', mayPublish: true };
    },
    read: async (uuid) => ({ xml: records().find((record) => record.uuid === uuid)!.xml, isPublic: true }),
    put: nothing,
    publish: nothing,
    unpublish: nothing,
    remove: nothing,
  };
  return new Rounds({
    farEnd,
    memory: SyncMemory.open(undefined, 'test', () => undefined),
    recordsOf: list,
    publish: true,
    intervalMs: INTERVAL_MS,
    retryMs: RETRY_MS,
    log: createLog({ service: 'test', level: 'silent' }),
    metrics: catalogueMetrics(createMetrics().registry),
    signal: new AbortController().signal,
  });
}

async function waits(rounds: Rounds, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await rounds.round()).waitMs);
  return found;
}

test('all well: the next comparison is an interval away, news may come before', async () => {
  const rounds = roundsOf(() => undefined);
  assert.deepEqual(await rounds.round(), { waitMs: INTERVAL_MS, mayHasten: true });
  assert.equal(rounds.state(), true);
});

const cases: [state: FaultState, firstMs: number][] = [
  ['unreachable', RETRY_MS],
  ['wrong-password', RETRY_MS * 6],
  ['wrong-group', RETRY_MS * 6],
  ['not-geonetwork', RETRY_MS * 6],
];
for (const [state, firstMs] of cases) {
  test(`${state}: twice as long each time, half of it by chance`, async () => {
    const rounds = roundsOf(() => new CatalogueFault(state, 'why'));
    for (const [i, waitMs] of (await waits(rounds, 5)).entries()) {
      const full = firstMs * (1 << i);
      assert.ok(waitMs >= full / 2 && waitMs <= full, `${i}: ${waitMs}`);
    }
    assert.equal((await rounds.round()).mayHasten, false);
    assert.equal(rounds.state(), `${state}: why`);
  });
}

test('what the server asks for is the least; over is over', async () => {
  let fault: CatalogueFault | undefined = new CatalogueFault('unreachable', 'busy', { retryAfterMs: 100 });
  const rounds = roundsOf(() => fault);
  assert.ok((await rounds.round()).waitMs >= 100);
  fault = undefined;
  assert.equal((await rounds.round()).waitMs, INTERVAL_MS);
  assert.equal(rounds.state(), true);
});

test('records that cannot be read are said, and tried again', async () => {
  let isBroken = true;
  const rounds = roundsOf(
    () => undefined,
    async () => {
      if (isBroken) throw new Error('a.xml: torn');
      return records();
    },
  );
  assert.ok((await rounds.round()).waitMs <= RETRY_MS);
  assert.equal(rounds.state(), 'a.xml: torn');
  isBroken = false;
  await rounds.round();
  assert.equal(rounds.state(), true);
});
