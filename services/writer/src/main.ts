/**
 * The writer: the one process that writes a data root. Archives RAW, appends verdicts to the open days, rebuilds dirty ones,
 * seals quiet ones. It reads the bus only to be fast; what it writes follows from the raw archive alone.
 */
import { join } from 'node:path';
import {
  decodeMessage,
  decodeRawPayload,
  eventSubject,
  qcSubject,
  sensorOfSubject,
  sensorsOf,
  type VerdictMessage,
} from '@emso/core';
import { planObservatory, settingsFaults } from '@emso/pipeline';
import {
  ACK_WAIT_MS,
  applyTopology,
  connectBus,
  consumerName,
  ENV,
  type Log,
  lockDataRoot,
  pause,
  publishDurably,
  removeOrphans,
  runService,
  work,
  workBatched,
  writeAtomic,
} from '@emso/runtime';
import { z } from 'zod';
import { importFile } from './import.ts';
import { RawArchive } from './raw-archive.ts';
import { SensorDays } from './sensor-days.ts';

const milliseconds = z.coerce.number().int().positive();

/** Verdicts arrive after their raw records by a few milliseconds; a slow archiver is waited for this long before asking again. */
const ARCHIVE_WAIT_MS = 1000;
/** One fsync for all that arrives in this time. */
const ARCHIVE_GATHER_MS = 5;

/** One message in hand per sensor keeps its order over redeliveries; more processes share the sensors. */
const SENSOR_LIMITS = { maxAckPending: 1, ackWaitMs: ACK_WAIT_MS } as const;

await runService({
  name: 'writer',
  config: z.object({
    EMSO_NATS_URL: ENV.EMSO_NATS_URL,
    EMSO_DATA_DIR: ENV.EMSO_DATA_DIR,
    EMSO_NETCDF_INTERVAL_MS: milliseconds
      .default(60_000)
      .describe('how often an open day’s NetCDF is rewritten at most, in ms'),
    EMSO_VERDICT_TIMEOUT_MS: milliseconds
      .default(10_000)
      .describe('how long archived lines wait for their verdicts, in ms'),
    EMSO_TICK_MS: milliseconds.default(1000).describe('how often dirty days are looked for, in ms'),
    EMSO_SEAL_INTERVAL_MS: milliseconds.default(60_000).describe('how often quiet days are looked for, in ms'),
  }),
  check: settingsFaults,
  async start({ config, log, metrics, signal, http, fail }) {
    const root = config.env.EMSO_DATA_DIR;
    const lock = lockDataRoot(root);
    // `emso seal` and `emso import` ask the process that holds the lock: this is where they find it.
    await writeAtomic(join(root, '.writer.json'), `${JSON.stringify({ pid: process.pid, url: http.url })}\n`, {
      fsync: false,
    });
    await removeOrphans(root);
    const placed = sensorsOf(config.observatory);
    const { plans } = planObservatory(config.observatory);
    const archive = new RawArchive(root, placed);
    const timings = {
      netcdfIntervalMs: config.env.EMSO_NETCDF_INTERVAL_MS,
      verdictTimeoutMs: config.env.EMSO_VERDICT_TIMEOUT_MS,
    };
    const days = new Map(
      plans.map((plan) => [
        `${plan.platform.id}/${plan.sensor.id}`,
        new SensorDays(plan, root, archive, timings, log.child({ sensor: plan.sensor.id }), metrics),
      ]),
    );
    for (const sensorDays of days.values()) await sensorDays.start(Date.now());

    const bus = await connectBus({ url: config.env.EMSO_NATS_URL, name: 'writer', log, metrics, fail, signal });
    await applyTopology(bus, { signal });
    const archiver = workBatched({
      bus,
      stream: 'RAW',
      consumer: { durable: 'archiver', filterSubject: 'raw.>', maxAckPending: 256, ackWaitMs: ACK_WAIT_MS },
      stage: 'archive',
      signal,
      maxMessages: 256,
      gatherMs: ARCHIVE_GATHER_MS,
      async handler(messages) {
        const nowMs = Date.now();
        const arrived = messages.map((message) => ({
          ...sensorOfSubject(message.subject),
          records: decodeRawPayload(message.data),
        }));
        const outcomes = await archive.append(arrived, nowMs);
        for (let i = 0; i < arrived.length; i++) {
          const { platform, sensor, records } = arrived[i];
          metrics.rawArchivedRecords.inc({ sensor }, outcomes[i].added.length);
          const { conflicts } = outcomes[i];
          if (conflicts.length > 0) {
            metrics.rawConflicts.inc({ sensor }, conflicts.length);
            log.error(
              {
                reason: 'raw-conflict',
                sensor,
                session: conflicts[0].session,
                seq: conflicts[0].seq,
                count: conflicts.length,
              },
              'a record id came again with other bytes: both are kept; find out which acquirer reused it',
            );
            const id = `conflict/${platform}/${sensor}/${conflicts[0].session}/${conflicts[0].seq}`;
            const event = Buffer.from(JSON.stringify({ id, count: conflicts.length }));
            await publishDurably(bus, eventSubject(platform, sensor, 'conflict'), id, event, { signal });
          }
          const sensorDays = days.get(`${platform}/${sensor}`);
          // Also for records that were known: the acknowledgement may have been lost before the day was marked.
          if (sensorDays !== undefined) await sensorDays.archived(records, nowMs);
          else if (!placed.some((p) => p.platform.id === platform && p.sensor.id === sensor)) {
            metrics.unknownSourceLines.inc(records.length);
          }
        }
        return 'ack';
      },
    });

    const appenders = [...days.values()].map((sensorDays) => {
      const [platform, sensor] = [sensorDays.plan.platform.id, sensorDays.plan.sensor.id];
      return work({
        bus,
        stream: 'QC',
        consumer: {
          durable: consumerName('writer', platform, sensor),
          filterSubject: qcSubject(platform, sensor),
          ...SENSOR_LIMITS,
        },
        stage: 'product',
        signal,
        async handler(message) {
          const verdicts = decodeMessage<VerdictMessage>(message.data);
          const { session, first, last } = verdicts.range;
          if (!(await archive.waitFor(platform, sensor, { session, first, last }, ARCHIVE_WAIT_MS))) {
            return { nakMs: ARCHIVE_WAIT_MS };
          }
          await sensorDays.verdicts(verdicts);
          return 'ack';
        },
      });
    });
    const workers = [archiver, ...appenders];
    for (const worker of workers) worker.done.catch(fail);

    const sealAll = async (stale: boolean): Promise<Record<string, number[]>> => {
      const sealed: Record<string, number[]> = {};
      for (const [key, sensorDays] of days) {
        sealed[key] = await sensorDays.seal(Date.now(), sensorDays.plan.platform.graceMs, stale);
      }
      return sealed;
    };
    const ticking = repeat(config.env.EMSO_TICK_MS, signal, log, async () => {
      for (const sensorDays of days.values()) {
        await sensorDays.tick(Date.now());
        const ledger = sensorDays.ledger();
        metrics.dirtyDays.set({ sensor: sensorDays.plan.sensor.id }, ledger.filter((day) => day.dirty).length);
      }
      const all = [...days.values()].flatMap((sensorDays) => sensorDays.ledger());
      metrics.staleDays.set(all.filter((day) => day.stale).length);
    });
    const sealing = repeat(config.env.EMSO_SEAL_INTERVAL_MS, signal, log, () => sealAll(false));

    return {
      ready: () => workers.map((worker) => worker.ready()).find((state) => state !== true) ?? true,
      ledger: () => Object.fromEntries([...days].map(([key, sensorDays]) => [key, sensorDays.ledger()])),
      seal: sealAll,
      import: (file: string, fillGaps: boolean) => importFile(file, fillGaps, root, archive, [...days.values()]),
      async stop() {
        await Promise.all([ticking, sealing, ...workers.map((worker) => worker.done)]);
        for (const sensorDays of days.values()) await sensorDays.close();
        await archive.close();
        await bus.close();
        lock.release();
      },
    };
  },
  routes(app, service) {
    const writer = () => {
      const running = service();
      if (running === undefined) throw new Error('the writer is still starting: ask again in a moment');
      return running;
    };
    app.get('/ledger', async () => writer().ledger());
    app.post<{ Body: { stale?: boolean } }>('/seal', async (request) => writer().seal(request.body.stale === true));
    app.post<{ Body: { file: string; fillGaps?: boolean } }>('/import', async (request) =>
      writer().import(request.body.file, request.body.fillGaps === true),
    );
  },
});

/**
 * Runs `job` every `intervalMs`, one run after the other, until `signal` aborts. A failed run (a full disk, say) is reported and
 * tried again: nothing is lost, since all of it follows from the raw archive.
 */
async function repeat(intervalMs: number, signal: AbortSignal, log: Log, job: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await pause(intervalMs, signal);
    if (signal.aborted) return;
    await job().catch((err) =>
      log.error(
        { reason: 'products', err },
        'products could not be written; trying again: check the disk under EMSO_DATA_DIR',
      ),
    );
  }
}
