/** Does one fault to the chain and ends it: everything runs again when `strike` resolves. */
import { cpSync, existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  compactDay,
  DAY_MS,
  dayOf,
  encodeRawPayload,
  iso,
  type RawRecord,
  rawMessageId,
  rawSubject,
  sessionId,
} from '@emso/core';
import { importIds, readDatRows } from '@emso/instruments';
import type { SensorPlan } from '@emso/pipeline';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { parseDocument } from 'yaml';
import { type Random, randomOf, wholeBetween } from '../../services/cli/src/simulate/random.ts';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import type { Role } from '../support/chain.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { Losses } from './losses.ts';
import type { Member, Rig, ServiceRole } from './rig.ts';
import type { Disk, Fault } from './schedule.ts';

/** After a full disk is free again the spool opens a segment within five seconds. */
const REOPEN_MS = 6000;
/** So long a broker whose disk is free again may take to find its way back alone. */
const BROKER_BACK_MS = 5000;
const TRY_MS = 60_000;

const SERVICES: readonly ServiceRole[] = ['acquirer', 'decoder', 'qc', 'writer'];

/** What must be in the archive besides the lines of the boxes. */
export interface Added {
  /** By sensor and session: payloads in order of seq. */
  readonly late: Map<string, Map<string, string[]>>;
  /** By sensor: ids of imported rows. */
  readonly imported: Map<string, Set<string>>;
  /** Brokers that had to be started again by hand after a full disk. */
  brokerRestarts: number;
}

export class Striker {
  readonly losses = new Losses();
  readonly added: Added = { late: new Map(), imported: new Map(), brokerRestarts: 0 };
  readonly #rig: Rig;
  readonly #random: Random;
  #late = 0;

  constructor(rig: Rig, seed: number) {
    this.#rig = rig;
    this.#random = randomOf(seed, 'strikes');
  }

  /** Resolves when the fault is over and what it ended runs again. Throws when that cannot be reached. */
  strike(fault: Fault): Promise<void> {
    const { chain, redis, turn } = this.#rig;
    switch (fault.kind) {
      case 'kill':
        return turn([fault.role], () => this.#kill(fault.role, fault.downMs, fault.atWrite));
      case 'freeze':
        return turn([fault.role], () => this.#freeze(fault.role, fault.holdMs, fault.end === 'kill'));
      case 'older-store':
        return turn(['nats'], () => this.#olderStore(fault.behindMs));
      case 'full-disk':
        return turn(MEMBERS_OF_DISK[fault.disk], () => this.#fillDisk(fault.disk, fault.holdMs));
      case 'clock-step':
        return turn(['acquirer'], async () => {
          this.#rig.setAcquirerClock(fault.stepMs);
          await delay(fault.holdMs);
          this.#rig.setAcquirerClock(0);
        });
      case 'late-lines':
        return this.#publishLate(this.#plan(fault.sensor), fault.lines, fault.ageMs);
      case 'duplicates':
        return this.#publishAgain(fault.messages);
      case 'import':
        return this.#import(this.#plan(fault.sensor), fault.rows, fault.ageDays);
      case 'new-configuration':
        return turn(SERVICES, () => this.#reconfigure());
      case 'two-decoders':
        return turn(['decoder'], async () => {
          const second = await chain.secondDecoder();
          await delay(fault.holdMs);
          await second.kill('SIGKILL');
        });
      case 'redis-away':
        return turn(['redis'], async () => {
          if (fault.how === 'freeze') redis.pause();
          else await redis.kill('SIGKILL');
          await delay(fault.holdMs);
          if (fault.how === 'freeze') redis.resume();
          else await redis.restart();
        });
    }
  }

  #plan(place: number): SensorPlan {
    const { plans } = this.#rig.chain;
    return plans[place % plans.length];
  }

  async #kill(role: Role, downMs: number, atWrite: boolean): Promise<void> {
    const { chain } = this.#rig;
    if (atWrite) await this.#untilItWrites(role);
    if (role === 'nats') {
      await chain.nats.kill('SIGKILL');
      await delay(downMs);
      await chain.nats.restart();
      return;
    }
    const kill = () => chain.service(role).kill('SIGKILL');
    if (role === 'acquirer') await this.losses.during(kill);
    else await kill();
    await delay(downMs);
    await this.#rig.start(role);
  }

  /** The next change below a member's directory: its fsync comes right after, and the kill into it. */
  async #untilItWrites(role: Role): Promise<void> {
    const { chain } = this.#rig;
    const dir = { acquirer: chain.spoolDir, writer: chain.dataDir, nats: chain.nats.storeDir, decoder: '', qc: '' }[
      role
    ];
    const stop = new AbortController();
    await Promise.race([
      new Promise<void>((resolve, reject) => {
        const watcher = watch(dir, { recursive: true, signal: stop.signal }, () => resolve());
        // Files come and go below it.
        watcher.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve() : reject(error)));
      }),
      delay(2000, undefined, { signal: stop.signal }).catch(() => undefined),
    ]);
    stop.abort();
    if (this.#random() < 0.5) await delay(wholeBetween(this.#random, 0, 4));
  }

  async #freeze(role: Role, holdMs: number, thenKill: boolean): Promise<void> {
    const { chain } = this.#rig;
    const member = role === 'nats' ? chain.nats : chain.service(role);
    if (role === 'acquirer') this.losses.spoolingEnds();
    member.pause();
    await delay(holdMs);
    if (!thenKill) {
      member.resume();
      setTimeout(() => this.losses.spoolingGoesOn(), UNFREEZE_MS).unref();
      return;
    }
    await this.#kill(role, 0, false);
    this.losses.spoolingGoesOn();
  }

  /** As after a loss of power: what the broker wrote last is gone, although it had acknowledged it. */
  async #olderStore(behindMs: number): Promise<void> {
    const { nats } = this.#rig.chain;
    const copy = temporaryDirectory('older-store');
    const [live, older] = [path.join(nats.storeDir, 'jetstream'), path.join(copy, 'jetstream')];
    nats.pause();
    cpSync(live, older, { recursive: true });
    nats.resume();
    await delay(behindMs);
    await nats.kill('SIGKILL');
    rmSync(live, { recursive: true });
    cpSync(older, live, { recursive: true });
    rmSync(copy, { recursive: true });
    await nats.restart();
  }

  async #fillDisk(which: Disk, holdMs: number): Promise<void> {
    const disk = this.#rig.disks.get(which);
    if (disk === undefined) return;
    if (which === 'spool') this.losses.spoolingEnds();
    disk.fill();
    await delay(holdMs);
    disk.free();
    if (which === 'spool') setTimeout(() => this.losses.spoolingGoesOn(), REOPEN_MS).unref();
    if (which === 'store') await this.#bringBrokerBack();
  }

  /**
   * What an operator does who sees that lines wait in the spool although the disk is free again: nats-server 2.9.10 may answer for
   * its health and never take another message of a stream after one write failed, nor stop when asked to.
   */
  async #bringBrokerBack(): Promise<void> {
    const { nats } = this.#rig.chain;
    if (await this.#rawGrows()) return;
    this.added.brokerRestarts++;
    await nats.kill('SIGKILL');
    await nats.restart();
  }

  async #rawGrows(): Promise<boolean> {
    const connection = await connect({ servers: this.#rig.chain.nats.url, timeout: 2000 });
    try {
      const manager = await jetstreamManager(connection, { timeout: 2000 });
      const lastSeq = async () => (await manager.streams.info('RAW')).state.last_seq;
      const before = await lastSeq();
      await waitFor(async () => (await lastSeq()) > before, { what: 'RAW to grow', timeoutMs: BROKER_BACK_MS });
      return true;
    } catch {
      return false;
    } finally {
      await connection.close();
    }
  }

  /** Lines of another acquirer, whose spool waited `ageMs` for its broker. */
  async #publishLate(plan: SensorPlan, count: number, ageMs: number): Promise<void> {
    const { chain, nowMs } = this.#rig;
    const sent = await this.#someLines(plan, count);
    const startMs = nowMs() - ageMs;
    const session = sessionId(startMs, `feed${String(this.#late++).padStart(4, '0')}`);
    const records = sent.map((text, i): RawRecord => {
      const bytes = Buffer.from(text.replace(/\n$/, ''), 'latin1');
      return { session, seq: i + 1, receivedMs: startMs + i * 1000, kind: 'line', bytes };
    });
    const [platform, sensor] = [plan.platform.id, plan.sensor.id];
    const id = rawMessageId(platform, sensor, { session, first: 1, last: records.length });
    const ofSensor = this.added.late.get(sensor) ?? new Map<string, string[]>();
    this.added.late.set(sensor, ofSensor);
    ofSensor.set(session, sent);
    await this.#untilDone('late lines to be published', async () => {
      const connection = await connect({ servers: chain.nats.url, timeout: 2000 });
      try {
        const js = jetstream(connection, { timeout: 2000 });
        await js.publish(rawSubject(platform, sensor), encodeRawPayload(records), { msgID: id, timeout: 2000 });
      } finally {
        await connection.close();
      }
    });
  }

  /** The newest messages of RAW once more, as after the broker's window for duplicates. */
  async #publishAgain(count: number): Promise<void> {
    await this.#untilDone('messages to be published again', async () => {
      const connection = await connect({ servers: this.#rig.chain.nats.url, timeout: 2000 });
      try {
        const manager = await jetstreamManager(connection, { timeout: 2000 });
        const { state } = await manager.streams.info('RAW');
        for (let seq = Math.max(state.first_seq, state.last_seq - count); seq <= state.last_seq; seq++) {
          const stored = await manager.streams.getMessage('RAW', { seq });
          if (stored !== null) await jetstream(connection).publish(stored.subject, stored.data, { timeout: 2000 });
        }
      } finally {
        await connection.close();
      }
    });
  }

  /** Daily files as the old script wrote them beside us: half of their rows are live lines too, half are not. */
  async #import(plan: SensorPlan, count: number, ageDays: number): Promise<void> {
    const { chain, nowMs } = this.#rig;
    const sent = readWitness(path.join(chain.logDir, `${plan.sensor.id}.jsonl`)).filter(
      ({ heard, origin }) => heard && origin === 'generated',
    );
    const aheadMs = nowMs() - Date.now();
    const live = sent.slice(-count / 2).map(({ atMs, latin1 }) => ({ timeMs: atMs + aheadMs, text: latin1.trim() }));
    const day = dayOf(nowMs()) - ageDays;
    const foreign = sent.slice(0, count / 2).map(({ latin1 }, i) => ({
      timeMs: day * DAY_MS + i * 60_000,
      text: latin1.trim(),
    }));
    const dir = temporaryDirectory('import');
    const imported = this.added.imported.get(plan.sensor.id) ?? new Set<string>();
    this.added.imported.set(plan.sensor.id, imported);
    for (const [ofDay, rows] of Map.groupBy([...live, ...foreign], ({ timeMs }) => dayOf(timeMs))) {
      const file = path.join(dir, `${plan.sensor.prefix}_${compactDay(ofDay)}.dat`);
      const text = rows.map(
        ({ timeMs, text }) => `${iso(timeMs).slice(0, 10).replaceAll('-', '')} ${iso(timeMs).slice(11, 19)} ${text}\n`,
      );
      writeFileSync(file, text.join(''));
      const { run } = readDatRows(readFileSync(file));
      for (const id of importIds(run)) imported.add(id);
      await this.#untilDone(`the import of ${path.basename(file)}`, async () => {
        const { url } = JSON.parse(readFileSync(path.join(chain.dataDir, '.writer.json'), 'utf8')) as { url: string };
        const response = await fetch(`${url}/import`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ file }),
          signal: AbortSignal.timeout(10_000),
        });
        if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
      });
    }
  }

  /** Other limits from now on for every sensor, in a file that all services read at their next start. */
  async #reconfigure(): Promise<void> {
    const { chain, nowMs, start } = this.#rig;
    await this.losses.during(() => Promise.all(SERVICES.map((role) => chain.service(role).stop())));
    const document = parseDocument(readFileSync(chain.site, 'utf8'));
    const site = document.toJS() as { platforms: { sensors: { id: string; qc?: Record<string, unknown>[] }[] }[] };
    const ids = new Set(chain.plans.map(({ sensor }) => sensor.id));
    site.platforms.forEach((platform, p) => {
      platform.sensors.forEach((sensor, s) => {
        const latest = sensor.qc?.at(-1);
        if (!ids.has(sensor.id) || latest === undefined) return;
        const next = { ...(narrowed(latest) as Record<string, unknown>), validFrom: iso(nowMs()) };
        document.addIn(['platforms', p, 'sensors', s, 'qc'], document.createNode(next));
      });
    });
    writeFileSync(chain.site, document.toString());
    await Promise.all(SERVICES.map(start));
  }

  async #someLines(plan: SensorPlan, count: number): Promise<string[]> {
    const log = path.join(this.#rig.chain.logDir, `${plan.sensor.id}.jsonl`);
    const entries = existsSync(log) ? readWitness(log).filter(({ origin }) => origin === 'generated') : [];
    return Array.from(
      { length: count },
      (_, i) => entries[i % Math.max(1, entries.length)]?.latin1 ?? 'nothing yet\r\n',
    );
  }

  async #untilDone(what: string, act: () => Promise<void>): Promise<void> {
    const deadlineMs = performance.now() + TRY_MS;
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (performance.now() > deadlineMs) throw new Error(`expected ${what} within ${TRY_MS} ms`, { cause: error });
        await delay(200);
      }
    }
  }
}

/** A frozen acquirer finds what waited in its sockets. */
const UNFREEZE_MS = 1500;

const MEMBERS_OF_DISK: Readonly<Record<Disk, readonly Member[]>> = { spool: [], store: ['nats'], archive: [] };

/** The same limits, each upper end a little lower: some verdicts change. */
function narrowed(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number')) {
    const [low, high] = value as [number, number];
    return [low, Number((high - (high - low) * 0.05).toFixed(6))];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, narrowed(each)]));
}
