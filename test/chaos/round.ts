/** One round: a chain, a schedule of strikes, and then the promise, byte for byte. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dayOf, iso, KIND, parseIso } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { decodeManifest, productPaths } from '@emso/products';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { archivedRecords, archivedRun, doubledRows, type Loss, lossesOf } from '../support/archive-check.ts';
import type { TestChain } from '../support/chain.ts';
import { untilRebuiltEqual, untilSealed } from '../support/rebuilt.ts';
import { untilCurrent } from './recovery.ts';
import { PROMISED_CADENCE_MS, type Rig, startRig } from './rig.ts';
import { killsOf, nameOf, type Schedule } from './schedule.ts';
import { Striker } from './strike.ts';

export interface RoundOptions {
  readonly smallDisks: boolean;
  readonly say: (text: string) => void;
}

export interface Recovery {
  readonly fault: string;
  readonly seconds: number;
}

export interface RoundResult {
  readonly kills: number;
  readonly recoveries: readonly Recovery[];
  readonly sent: number;
  readonly archived: number;
  /** Heard by an acquirer that died before it had spooled them, or sent to nobody. */
  readonly lost: number;
  readonly brokerRestarts: number;
  readonly endedAlone: readonly string[];
  readonly files: number;
}

/** Lines flow at 40 a second until the last strike is over; more than any round needs. */
const MOST_LINES = 60_000;
const CURRENT_LIMIT_MS = 120_000;
const QUIET_LIMIT_MS = 180_000;
const GAP_MS = 3 * PROMISED_CADENCE_MS;
const LATE_CLOCK_MS = 5 * 86_400_000;

/** Runs the schedule and checks everything. Throws with what is not as promised. */
export async function runRound(schedule: Schedule, options: RoundOptions): Promise<RoundResult> {
  const rig = await startRig(schedule, options.smallDisks, MOST_LINES);
  try {
    const striker = new Striker(rig, schedule.seed);
    await untilCurrent(rig.chain, CURRENT_LIMIT_MS);
    const recoveries = await strikeAll(schedule, rig, striker, options.say);
    await untilCurrent(rig.chain, CURRENT_LIMIT_MS);
    await rig.fallSilent(QUIET_LIMIT_MS);
    const open = await untilRebuiltEqual(rig.chain.dataDir, rig.chain.site, 'open', 60_000);
    rmSync(open.root, { recursive: true });
    let [sent, archived, lost] = [0, 0, 0];
    for (const plan of rig.chain.plans) {
      const account = await checkArchive(plan, rig, striker);
      sent += account.sent;
      archived += account.archived;
      lost += account.lost;
    }
    complaints(rig);
    await checkSealed(rig);
    await rig.stop();
    return {
      kills: schedule.strikes.reduce((sum, { fault }) => sum + killsOf(fault), 0),
      recoveries,
      sent,
      archived,
      lost,
      brokerRestarts: striker.added.brokerRestarts,
      endedAlone: rig.endedAlone,
      files: open.files,
    };
  } catch (error) {
    // What went wrong first matters more than what cannot be stopped after it.
    await rig.stop().catch((stopping: unknown) => options.say(`could not be stopped: ${String(stopping)}`));
    throw error;
  }
}

async function strikeAll(
  schedule: Schedule,
  rig: Rig,
  striker: Striker,
  say: (text: string) => void,
): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  const running = new Set<Promise<void>>();
  let failed: unknown;
  for (const [i, { afterMs, alone, fault }] of schedule.strikes.entries()) {
    await delay(afterMs);
    say(`${i + 1}/${schedule.strikes.length} ${nameOf(fault)}${alone ? ', alone' : ''}`);
    if (alone) await Promise.all(running);
    const strike = striker.strike(fault).catch((error: unknown) => {
      failed ??= new Error(`strike ${i + 1} (${JSON.stringify(fault)}) could not be ended`, { cause: error });
    });
    running.add(strike);
    void strike.finally(() => running.delete(strike));
    if (alone) {
      await strike;
      const overMs = performance.now();
      await untilCurrent(rig.chain, CURRENT_LIMIT_MS);
      recoveries.push({ fault: nameOf(fault), seconds: (performance.now() - overMs) / 1000 });
    }
    if (failed !== undefined) throw failed;
  }
  await Promise.all(running);
  if (failed !== undefined) throw failed;
  return recoveries;
}

/** The archive is the sender's log but for what may be lost; what others added is there, and every row stands once. */
async function checkArchive(
  plan: SensorPlan,
  { chain }: Rig,
  { losses, added }: Striker,
): Promise<{ sent: number; archived: number; lost: number }> {
  const { id } = plan.sensor;
  assert.deepEqual(await doubledRows(chain.dataDir, plan), [], `${id}: rows that stand twice`);
  const sent = readWitness(path.join(chain.logDir, `${id}.jsonl`));
  const records = await archivedRecords(chain.dataDir, plan);
  const late = added.late.get(id) ?? new Map<string, string[]>();
  const own = records.filter(({ session }) => !late.has(session));
  for (const [session, lines] of late) {
    const found = records.filter((record) => record.session === session).map(({ text }) => `${text}\n`);
    assert.deepEqual(found, lines, `${id}: late session ${session}`);
  }
  const run = await archivedRun(chain.dataDir, plan);
  assert.deepEqual(new Set(run.importId.values()), added.imported.get(id) ?? new Set(), `${id}: imported rows`);

  const lines = own.filter(({ kind }) => kind !== KIND.event);
  // A partial keeps its line feed; a line's is implied.
  const texts = lines.map(({ kind, text }) => (kind === KIND.line ? `${text}\n` : text));
  let lost: Loss[];
  try {
    // Inside a session nothing that was heard may be missing.
    const sessionChanges = (at: number): boolean => lines[at - 1]?.session !== lines[at]?.session;
    lost = lossesOf(sent, texts, (entry, at) => !entry.heard || (sessionChanges(at) && losses.mayBeLost(entry)));
  } catch (error) {
    throw new Error(`${id}: the archive is not what was sent`, { cause: error });
  }
  for (const { from, to, before, after } of lost) {
    const heard = sent.slice(from, to).filter((entry) => entry.heard);
    if (heard.length === 0 || before < 0 || after === lines.length) continue;
    const between = own.slice(own.indexOf(lines[before]), own.indexOf(lines[after]));
    assert.ok(
      between.some(({ kind, text }) => kind === KIND.event && text.startsWith('session-opened')),
      `${id}: nothing in the archive explains why lines ${sent[from].n} to ${sent[to - 1].n} are missing`,
    );
    const [fromMs, toMs] = [lines[before].receivedMs, lines[after].receivedMs];
    // What was received under a wrong clock, or imported, may stand in the middle.
    if (!run.received.subarray(0, run.count).some((ms, i) => ms > fromMs && ms < toMs && run.kind[i] !== KIND.event)) {
      checkGap(chain, plan, fromMs, toMs);
    }
  }
  return { sent: sent.length, archived: lines.length, lost: lost.reduce((sum, { from, to }) => sum + to - from, 0) };
}

/** A pause as long as that is a gap of its day, and its manifest says why. Over midnight each half may be too short. */
function checkGap({ dataDir }: TestChain, plan: SensorPlan, fromMs: number, toMs: number): void {
  if (toMs - fromMs <= 2 * GAP_MS || dayOf(fromMs) !== dayOf(toMs)) return;
  const file = path.join(dataDir, productPaths(plan.sensor, dayOf(fromMs)).manifest);
  const { gaps } = decodeManifest(readFileSync(file, 'utf8')).content;
  const overlapping = gaps.filter((gap) => (parseIso(gap.from) ?? 0) < toMs && (parseIso(gap.to) ?? 0) > fromMs);
  assert.ok(
    overlapping.some(({ cause }) => cause === 'acquirer-stopped' || cause === 'spool-full'),
    `${plan.sensor.id}: expected a gap ${iso(fromMs)} to ${iso(toMs)} because the acquirer was stopped, found ${JSON.stringify(overlapping)}`,
  );
}

/** The services' own word: no divergence between the two paths, and nobody gave up. */
function complaints({ chain }: Rig): void {
  for (const role of ['acquirer', 'decoder', 'qc', 'writer'] as const) {
    const grave = chain
      .service(role)
      .log()
      .filter((line) => line['level'] === 'fatal' || line['reason'] === 'divergence');
    assert.deepEqual(grave, [], `${role} complains`);
  }
}

/** Days later every day is sealed, and the sealed files are what `reprocess` makes. */
async function checkSealed({ chain, nowMs, turn }: Rig): Promise<void> {
  const aheadMs = Math.round(nowMs() - Date.now()) + LATE_CLOCK_MS;
  await turn(['writer'], () =>
    chain.restartWith('writer', {
      NODE_OPTIONS: `--import=${path.resolve(import.meta.dirname, '../support/later-clock.mjs')}`,
      EMSO_TEST_CLOCK_AHEAD_MS: String(aheadMs),
    }),
  );
  await untilSealed(chain.dataDir, QUIET_LIMIT_MS);
  const sealed = await untilRebuiltEqual(chain.dataDir, chain.site, 'sealed', 60_000);
  rmSync(sealed.root, { recursive: true });
}
