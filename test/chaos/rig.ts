/** The chain that is struck: on small disks, with a Redis, clocks that can be set, and somebody who starts again what ends by itself. */
import { appendFileSync, cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DAY_MS, dayOf } from '@emso/core';
import { type Role, startTestChain, type TestChain } from '../support/chain.ts';
import { type NatsServer, type RedisServer, startRedis, temporaryDirectory, waitFor } from '../support/servers.ts';
import { type Disk, expectedMs, type Schedule } from './schedule.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

const CADENCE_MS = 25;
/** A pause of three quarters of a second is a gap, and must say why. */
export const PROMISED_CADENCE_MS = 250;
const CLOCK = path.resolve(import.meta.dirname, '../support/stepping-clock.mjs');
const SIZES_MB: Readonly<Record<Disk, number>> = { spool: 48, store: 256, archive: 192 };
/** A service that cannot start (its disk is full, say) is started again, as Docker does. */
const RESTART_PAUSE_MS = 300;
const START_LIMIT_MS = 60_000;

export type ServiceRole = Exclude<Role, 'nats'>;
export type Member = Role | 'redis';

export interface Rig {
  readonly chain: TestChain;
  readonly redis: RedisServer;
  readonly disks: ReadonlyMap<Disk, SmallDisk>;
  /** Sets the acquirer's clock this far from that of the other services. */
  setAcquirerClock(stepMs: number): void;
  /** The other services' clock. */
  nowMs(): number;
  /** One fault at a time for each member; resolves when it is this one's turn and it is over. */
  turn<T>(members: readonly Member[], act: () => Promise<T>): Promise<T>;
  /** Starts a service, again and again until it runs. */
  start(role: ServiceRole): Promise<void>;
  /** Services that ended without having been told to, with their last words. */
  readonly endedAlone: string[];
  /** Nothing is sent or said any more: the boxes and the acquirer stop, and nobody is started again. */
  fallSilent(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts everything. Lines flow until `stopSending`, at most `lines` of each sensor. */
export async function startRig(schedule: Schedule, smallDisks: boolean, lines: number): Promise<Rig> {
  const clocks = temporaryDirectory('clocks');
  const [clock, acquirerClock] = ['services', 'acquirer'].map((name) => path.join(clocks, name));
  const aheadMs = schedule.midnightAt === null ? 0 : untilMidnightMs() - schedule.midnightAt * expectedMs(schedule);
  const setClock = (file: string, ms: number): void => {
    // A service must never read half a number.
    writeFileSync(`${file}.tmp`, String(Math.round(ms)));
    renameSync(`${file}.tmp`, file);
  };
  setClock(clock, aheadMs);
  setClock(acquirerClock, aheadMs);
  const redis = await startRedis();
  const disks = new Map<Disk, SmallDisk>();
  const chain = await startTestChain({
    seed: schedule.seed,
    lines,
    faults: [],
    cadenceMs: CADENCE_MS,
    promisedCadenceMs: PROMISED_CADENCE_MS,
    env: {
      EMSO_REDIS_URL: redis.url,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${CLOCK}`,
      EMSO_TEST_CLOCK_FILE: clock,
    },
    envOf: { acquirer: { EMSO_TEST_CLOCK_FILE: acquirerClock } },
    prepare: async ({ dataDir, spoolDir, nats }) => {
      if (!smallDisks) return;
      disks.set('archive', mountSmallDisk(dataDir, SIZES_MB.archive));
      disks.set('spool', mountSmallDisk(spoolDir, SIZES_MB.spool));
      disks.set('store', await mountUnder(nats));
    },
  });
  const turns = new Map<Member, Promise<unknown>>();
  const turn: Rig['turn'] = async (members, act) => {
    const before = members.map((member) => turns.get(member));
    const mine = (async () => {
      await Promise.all(before);
      return act();
    })();
    const settled = mine.catch(() => undefined);
    for (const member of members) turns.set(member, settled);
    return mine;
  };
  const start = async (role: ServiceRole): Promise<void> => {
    const deadlineMs = performance.now() + START_LIMIT_MS;
    for (;;) {
      try {
        return await chain.start(role);
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await delay(RESTART_PAUSE_MS);
      }
    }
  };
  const endedAlone: string[] = [];
  let watching = true;
  const watch = (async () => {
    while (watching) {
      await delay(RESTART_PAUSE_MS);
      await Promise.all(
        (['acquirer', 'decoder', 'qc', 'writer'] as const).map((role) =>
          chain.service(role).exit() === undefined
            ? undefined
            : turn([role], async () => {
                const service = chain.service(role);
                if (service.exit() === undefined || !watching) return;
                const words = service.stdout.findLast((line) => line.includes('"fatal"')) ?? service.stderr.at(-1);
                endedAlone.push(`${role} ended (${JSON.stringify(service.exit())}): ${words?.slice(0, 600)}`);
                await start(role);
              }),
        ),
      );
    }
  })();
  return {
    chain,
    redis,
    disks,
    setAcquirerClock: (stepMs) => setClock(acquirerClock, aheadMs + stepMs),
    nowMs: () => Date.now() + Math.round(aheadMs),
    turn,
    start,
    endedAlone,
    async fallSilent(timeoutMs) {
      const quiet = { what: 'every consumer to have nothing pending', timeoutMs };
      await chain.simulator.stop();
      await waitFor(() => chain.isQuiet(), quiet);
      watching = false;
      await watch;
      // It would go on telling that the boxes are away, and a day of which something is told is not quiet.
      await chain.service('acquirer').stop();
      await waitFor(() => chain.isQuiet(), quiet);
    },
    async stop() {
      watching = false;
      await watch;
      await chain.stop();
      await redis.stop();
      for (const disk of disks.values()) disk.unmount();
    },
  };
}

function untilMidnightMs(): number {
  return (dayOf(Date.now()) + 1) * DAY_MS - Date.now();
}

/** Puts the store of a broker, as it is, on a small disk of its own. */
async function mountUnder(nats: NatsServer): Promise<SmallDisk> {
  await nats.stop();
  const aside = mkdtempSync(path.join(tmpdir(), 'emso-store-'));
  for (const name of readdirSync(nats.storeDir)) {
    cpSync(path.join(nats.storeDir, name), path.join(aside, name), { recursive: true });
  }
  const disk = mountSmallDisk(nats.storeDir, SIZES_MB.store);
  cpSync(aside, nats.storeDir, { recursive: true });
  // Not on the disk that will be full.
  appendFileSync(path.join(nats.storeDir, 'nats.conf'), `log_file: ${JSON.stringify(`${nats.storeDir}.log`)}\n`);
  rmSync(aside, { recursive: true });
  await nats.restart();
  return disk;
}
