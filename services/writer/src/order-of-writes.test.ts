/**
 * PROMISE 22: `.raw` fsync → products (temporary name, fsync, rename) → manifest → ack. A crash after every single step of it, and
 * then a start on what is left: nothing acknowledged is lost, nothing is there twice, and every file is what a rebuild gives.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, type RawRecord } from '@emso/core';
import { removeOrphans } from '@emso/runtime';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { filesBelow } from '../../../test/support/trees.ts';
import { CRASHES, type Crash, type CrashedRun, runUntilCrash } from './fixtures/crashing-disk.ts';
import { assertRebuilt } from './fixtures/rebuilt-files.ts';
import {
  fileOf,
  GRACE_MS,
  idsIn,
  line,
  lines,
  manifestIn,
  NOON_MS,
  openDays,
  otherBuild,
  planOf,
  SESSION,
  verdictsOf,
} from './fixtures/writer-setup.ts';

const plan = planOf('cstar');
const QUIET_MS = Date.now() + 30 * DAY_MS;
type Writer = Awaited<ReturnType<typeof openDays>>;
type Ack = (name: string, act: () => void) => Promise<void>;

/** The RAW stream: what is not acknowledged comes again. */
class Stream {
  readonly messages: readonly (readonly RawRecord[])[];
  readonly acked = new Set<number>();

  constructor(messages: readonly (readonly RawRecord[])[]) {
    this.messages = messages;
  }

  /** Hands all messages that are not acknowledged to the writer, with their verdicts. */
  async deliver({ arrive, days }: Writer, ack: Ack): Promise<void> {
    for (const [i, records] of this.messages.entries()) {
      if (this.acked.has(i)) continue;
      await arrive(records);
      await ack('ack', () => void this.acked.add(i));
      await days.verdicts(verdictsOf(plan, records));
    }
  }
}

interface Scenario {
  readonly what: string;
  readonly messages: readonly (readonly RawRecord[])[];
  /** The data root it starts from; absent for an empty one. */
  readonly before?: string;
  readonly work: (root: string, stream: Stream, ack: Ack) => Promise<void>;
  /** What the next start does, after which everything must be in order. */
  readonly recover: (root: string, stream: Stream) => Promise<void>;
}

const noStep: Ack = async (_name, act) => act();

/** What `main.ts` does at a start, without the bus. */
async function start(root: string, withPlan = plan): Promise<Writer> {
  await removeOrphans(root);
  const writer = await openDays({ root, plan: withPlan });
  await writer.days.verify(AbortSignal.timeout(10_000));
  return writer;
}

function assertAcknowledgedIsThere(root: string, stream: Stream): void {
  const there = new Set(idsIn(fileOf(root, plan, 'raw')));
  for (const i of stream.acked)
    for (const { session, seq } of stream.messages[i])
      assert.ok(there.has(`${session}/${seq}`), `seq ${seq} was acknowledged`);
}

function assertEachOnce(root: string, seqs: readonly number[]): void {
  const ids = idsIn(fileOf(root, plan, 'raw')).sort();
  assert.deepEqual(ids, seqs.map((seq) => `${SESSION}/${seq}`).sort());
}

const OPEN: Scenario = {
  what: 'an open day',
  messages: [lines(1, 2), [line(3)], [line(5)], [line(4)]],
  async work(root, stream, ack) {
    const writer = await openDays({ root, plan });
    await stream.deliver(writer, ack);
    await writer.days.tick(NOON_MS + 60_000);
    await writer.close();
  },
  async recover(root, stream) {
    const writer = await start(root);
    await stream.deliver(writer, noStep);
    await writer.days.tick(NOON_MS + 120_000);
    await writer.days.tick(NOON_MS + 180_000);
    assertRebuilt(root, plan);
    assert.deepEqual(writer.divergences, []);
    assert.equal(manifestIn(root, plan).history.state, 'open');
    assert.ok(existsSync(fileOf(root, plan, 'dat')));
    await writer.close();
    assertEachOnce(root, [1, 2, 3, 4, 5]);
  },
};

/** A data root with one sealed and announced day of lines 1 to 3. */
async function sealedRoot(): Promise<string> {
  const root = temporaryDirectory('sealed');
  const { arrive, days, close } = await openDays({ root, plan });
  await arrive(lines(1, 3));
  for (const each of await days.seal(QUIET_MS, GRACE_MS, false)) await days.announced(each);
  await close();
  return root;
}

const sealed = await sealedRoot();

function assertVersionOneIsKept(root: string): void {
  const kept = join(root, 'versions', 'v1');
  for (const kind of ['csv', 'netcdf', 'manifest'] as const)
    assert.ok(readFileSync(fileOf(kept, plan, kind)).equals(readFileSync(fileOf(sealed, plan, kind))), `v1 ${kind}`);
}

const SEALED: Scenario = {
  what: 'a late record of a sealed day',
  messages: [[line(4)]],
  before: sealed,
  async work(root, stream, ack) {
    const writer = await openDays({ root, plan });
    await stream.deliver(writer, ack);
    for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, false)) {
      await ack('announce', () => undefined);
      await writer.days.announced(each);
    }
    await writer.close();
  },
  async recover(root, stream) {
    const writer = await start(root);
    await stream.deliver(writer, noStep);
    await writer.days.tick(NOON_MS);
    for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, false)) await writer.days.announced(each);
    assertRebuilt(root, plan, 'sealed');
    const { state, version, pending } = manifestIn(root, plan).history;
    assert.deepEqual([state, version, pending], ['sealed', 2, false]);
    assertVersionOneIsKept(root);
    await writer.close();
    assertEachOnce(root, [1, 2, 3, 4]);
  },
};

const other = otherBuild();

const STALE: Scenario = {
  what: 'a sealed day that another build seals again',
  messages: [],
  before: sealed,
  async work(root, _stream, ack) {
    const writer = await openDays({ root, plan: other });
    for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, true)) {
      await ack('announce', () => undefined);
      await writer.days.announced(each);
    }
    await writer.close();
  },
  async recover(root) {
    const writer = await start(root, other);
    assert.deepEqual(writer.said(), [], 'a crash half-way is no damage');
    const seal = async (stale: boolean): Promise<void> => {
      for (const each of await writer.days.seal(QUIET_MS, GRACE_MS, stale)) await writer.days.announced(each);
    };
    await seal(false);
    const { content, history } = manifestIn(root, plan);
    assert.deepEqual([history.state, history.pending], ['sealed', false]);
    assertRebuilt(root, content.build === plan.build ? plan : other, 'sealed');
    await seal(true);
    assertRebuilt(root, other, 'sealed');
    assert.equal(manifestIn(root, plan).history.version, 2);
    assertVersionOneIsKept(root);
    await writer.close();
  },
};

async function crashAt(scenario: Scenario, crash: Crash, step: number): Promise<CrashedRun> {
  const root = temporaryDirectory('crash');
  if (scenario.before !== undefined) cpSync(scenario.before, root, { recursive: true });
  const stream = new Stream(scenario.messages);
  const run = await runUntilCrash(crash, step, (ack) => scenario.work(root, stream, ack));
  const where = `${crash} after step ${step}, ${run.steps.at(-1)}`;
  try {
    assertAcknowledgedIsThere(root, stream);
    await scenario.recover(root, stream);
    assert.deepEqual(
      filesBelow(root).filter((path) => path.endsWith('.emso-tmp')),
      [],
      'orphans',
    );
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
  return run;
}

for (const scenario of [OPEN, SEALED, STALE]) {
  test(`PROMISE 22: ${scenario.what}: steps in another order than raw, products, manifest, ack`, async () => {
    const { steps, crashed } = await crashAt(scenario, 'killed', Number.POSITIVE_INFINITY);
    assert.equal(crashed, false);
    const places = (pattern: RegExp): number[] => steps.flatMap((step, at) => (pattern.test(step) ? [at] : []));
    const [firstAck = Number.POSITIVE_INFINITY] = places(/^ack$/);
    const [rawWritten = -1] = places(/^write .*\.raw$/);
    const rawSynced = places(/^sync .*\.raw$/).find((at) => at > rawWritten) ?? -1;
    const [firstProduct] = places(/^write .*\.tmp$/);
    assert.ok(rawSynced < firstProduct, `raw synced at ${rawSynced}, first product at ${firstProduct}`);
    assert.equal(rawSynced > rawWritten, scenario.messages.length > 0);
    const [known] = places(/^rename to .*\.json$/);
    assert.ok(known < firstAck, 'known on disk as open or pending before the ack');
    for (const at of places(/^rename to /)) {
      assert.equal(
        steps[at - 1],
        `sync .${steps[at].slice('rename to '.length)}.tmp`,
        'synced before it gets its name',
      );
      assert.match(steps[at + 1], /^sync \d{4}-\d{2}$/, 'and its name is durable before anything else');
    }
    // Every product is followed by the manifest that names it.
    const lastManifest = places(/^rename to .*\.json$/).at(-1) ?? -1;
    assert.ok(places(/^rename to .*\.(csv|nc|dat)$/).every((at) => at < lastManifest));
  });

  for (const crash of CRASHES) {
    test(`PROMISE 22: ${scenario.what}, ${crash} after any step: something lost, double or torn`, async (t) => {
      const { steps } = await crashAt(scenario, 'killed', Number.POSITIVE_INFINITY);
      const at = steps.flatMap((name, i) =>
        crash === 'killed in the middle of a write' && !name.startsWith('write') ? [] : [i + 1],
      );
      t.diagnostic(`${at.length} steps`);
      assert.ok(at.length > 4, `expected the many steps of a writer, found ${steps.join('\n')}`);
      for (const step of at) assert.ok((await crashAt(scenario, crash, step)).crashed);
    });
  }
}
