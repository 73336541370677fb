/**
 * The writer: the one process that writes a data root. Archives RAW, appends verdicts to the open days, rebuilds dirty ones,
 * seals quiet ones. It reads the bus only to be fast; what it writes follows from the raw archive alone.
 */
import { join } from 'node:path';
import { eventSubject, flagsInForce, iso, isoDay, parseIso, sensorsOf } from '@emso/core';
import { donorPlans, expertFaults, planComparisons, planObservatory, settingsFaults } from '@emso/pipeline';
import { DELIVERIES, RELEASED, SNAPSHOTS } from '@emso/products';
import {
  applyTopology,
  connectBus,
  ENV,
  loadExpertFacts,
  lockDataRoot,
  removeOrphans,
  runService,
  writeAtomic,
} from '@emso/runtime';
import { z } from 'zod';
import { Announcer } from './announcer.ts';
import { startAppender } from './appender.ts';
import { startArchiver } from './archiver.ts';
import { ComparedDays } from './compared-days.ts';
import { FoundDivergences } from './found-divergences.ts';
import { type ImportReport, type ImportRequest, importFile } from './import.ts';
import { NETCDF4 } from './netcdf4.ts';
import { productAnnouncements } from './product-announcements.ts';
import { RawArchive } from './raw-archive.ts';
import { repeatEach } from './repeat.ts';
import { SensorDays } from './sensor-days.ts';
import { leaveSensorTable } from './sensor-table.ts';
import { inTurns } from './turns.ts';

/** Timers take no more. */
const milliseconds = z.coerce.number().int().positive().max(0x7fff_ffff);

const SEAL_BODY = z.object({ stale: z.boolean().optional() }).optional();
const IMPORT_BODY = z.strictObject({
  file: z.string().min(1),
  fillGaps: z.boolean().optional(),
  sensor: z.string().optional(),
  received: z
    .string()
    .transform((text) => parseIso(text))
    .pipe(z.number())
    .optional(),
});

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
    EMSO_LEDGER_INTERVAL_MS: milliseconds
      .default(86_400_000)
      .describe('how often the layers of the days are compared with each other, in ms'),
    EMSO_SEAL_INTERVAL_MS: milliseconds.default(60_000).describe('how often quiet days are looked for, in ms'),
  }),
  check: settingsFaults,
  async start({ config, log, metrics, signal, http, fail }) {
    const { env } = config;
    const root = env.EMSO_DATA_DIR;
    const { observatory, observatoryFile } = config;
    const facts = loadExpertFacts(observatoryFile, (flags) => expertFaults(planObservatory(observatory), flags));
    const lock = lockDataRoot(root);
    // `emso seal` and `emso import` ask the process that holds the lock: this is where they find it.
    await writeAtomic(join(root, '.writer.json'), `${JSON.stringify({ pid: process.pid, url: http.url })}\n`, {
      fsync: false,
    });
    await removeOrphans(root, [RELEASED, SNAPSHOTS, DELIVERIES]);
    const placed = sensorsOf(observatory);
    const { plans } = planObservatory(observatory, flagsInForce(facts.flags), NETCDF4);
    await leaveSensorTable(root, observatoryFile, placed, plans);
    const archive = new RawArchive(root, placed);
    const bus = await connectBus({ url: env.EMSO_NATS_URL, name: 'writer', log, metrics, fail, signal });
    const followTopology = (): void => {
      applyTopology(bus, { signal }).catch((error) => {
        if (!signal.aborted) fail(error);
      });
    };
    await applyTopology(bus, { signal });
    // A broker may come back without its store.
    bus.onLink((up) => {
      if (up) followTopology();
    });
    const announcer = new Announcer(bus, log, signal);
    const divergences = new FoundDivergences(root, log);
    const timings = { netcdfIntervalMs: env.EMSO_NETCDF_INTERVAL_MS, verdictTimeoutMs: env.EMSO_VERDICT_TIMEOUT_MS };
    const days = new Map<string, SensorDays>();
    // Donors, which have none themselves, before those that take from them.
    for (const plan of plans.toSorted((a, b) => a.donors.length - b.donors.length)) {
      const [platform, sensor] = [plan.platform.id, plan.sensor.id];
      const onDivergence = (day: number, rows: number): void => {
        divergences.note({ at: iso(Date.now()), platform, sensor, day: isoDay(day), rows });
        const id = `divergence/${platform}/${sensor}/${isoDay(day)}/${Date.now()}`;
        const body = { id, platform, sensor, day: isoDay(day), rows };
        announcer.announce([{ subject: eventSubject(platform, sensor, 'divergence'), id, body }]);
      };
      const donors = donorPlans(plan).map((donor) => days.get(`${donor.platform.id}/${donor.sensor.id}`)!);
      const child = log.child({ sensor });
      const options = { plan, donors, root, archive, timings, log: child, metrics, onDivergence };
      days.set(`${platform}/${sensor}`, new SensorDays(options));
    }
    const all = [...days.values()];
    for (const sensorDays of all) await sensorDays.start(Date.now());
    const compared = new ComparedDays({
      planned: planComparisons(observatory),
      days: new Map(all.map((sensorDays) => [sensorDays.plan.sensor.id, sensorDays])),
      root,
      metrics,
      signal,
    });
    compared.expectAll();

    const workers = [
      startArchiver(bus, archive, placed, days, signal),
      ...all.map((sensorDays) => startAppender(bus, archive, sensorDays, signal)),
    ];
    for (const worker of workers) worker.done.catch(fail);

    const seal = async (sensorDays: SensorDays, stale: boolean): Promise<number[]> => {
      const { plan } = sensorDays;
      const sealed = await sensorDays.seal(Date.now(), plan.platform.graceMs, stale, (each) => {
        announcer.announce(productAnnouncements(plan, each), () => sensorDays.announced(each));
        compared.sealed(plan.sensor.id, each.day);
      });
      const sealedDays = sealed.map(({ day }) => day);
      await compared
        .work(new Set(sealedDays))
        .catch((err) =>
          log.error(
            { reason: 'comparison', err },
            'a comparison could not be written: it is tried again; check the disk',
          ),
        );
      return sealedDays;
    };
    const measure = (sensorDays: SensorDays): void => {
      const sensor = { sensor: sensorDays.plan.sensor.id };
      const ledger = sensorDays.ledger();
      metrics.dirtyDays.set(sensor, ledger.filter((day) => day.dirty).length);
      metrics.staleDays.set(sensor, ledger.filter((day) => day.stale).length);
      metrics.incompleteDays.set(sensor, ledger.filter((day) => day.state === 'incomplete').length);
    };
    all.forEach(measure);
    const ticking = repeatEach(env.EMSO_TICK_MS, signal, log, all, async (sensorDays) => {
      await sensorDays.tick(Date.now());
      measure(sensorDays);
    });
    const sealing = repeatEach(env.EMSO_SEAL_INTERVAL_MS, signal, log, all, (sensorDays) => seal(sensorDays, false));
    // What the start finds, and what an earlier attempt could not write.
    const comparing = repeatEach(env.EMSO_SEAL_INTERVAL_MS, signal, log, [compared], (each) => each.work());
    const verifying = (async () => {
      for (const sensorDays of all) {
        await sensorDays
          .verify(signal)
          .catch((err) => log.error({ reason: 'verify', err }, 'sealed files could not be checked: check the disk'));
      }
    })();

    // When the start has had its time: what a crash left half-way is rebuilt first.
    const checking = verifying.then(() =>
      repeatEach(env.EMSO_LEDGER_INTERVAL_MS, signal, log, all, (sensorDays) =>
        sensorDays.checkLedger(Date.now(), signal),
      ),
    );

    // One file after the other: two imports of one day must not both find a row missing.
    const inTurn = inTurns();
    return {
      ready: () => workers.map((worker) => worker.ready()).find((state) => state !== true) ?? true,
      ledger: () => Object.fromEntries([...days].map(([key, sensorDays]) => [key, sensorDays.ledger()])),
      async seal(stale: boolean): Promise<Record<string, number[]>> {
        const sealed: Record<string, number[]> = {};
        for (const [key, sensorDays] of days) sealed[key] = await seal(sensorDays, stale);
        return sealed;
      },
      import(request: ImportRequest): Promise<ImportReport> {
        // What stops has closed its files, and gives its root to the next writer.
        if (signal.aborted) throw new Error('the writer is stopping: ask the next one');
        return inTurn(() => importFile(request, { root, archive, sensors: all }));
      },
      async stop() {
        await Promise.all([
          ticking,
          sealing,
          comparing,
          verifying,
          checking,
          inTurn(async () => undefined),
          ...workers.map((worker) => worker.done),
        ]);
        await announcer.idle();
        for (const sensorDays of all) await sensorDays.close(Date.now());
        await divergences.idle();
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
    const refused = (body: unknown, expected: string) => ({
      error: `expected ${expected}, found ${JSON.stringify(body) ?? 'nothing'}`,
    });
    app.get('/ledger', async () => writer().ledger());
    app.post('/seal', async (request, reply) => {
      const body = SEAL_BODY.safeParse(request.body ?? undefined);
      if (!body.success) return reply.code(400).send(refused(request.body, '{"stale": true or false}'));
      return writer().seal(body.data?.stale === true);
    });
    app.post('/import', async (request, reply) => {
      const body = IMPORT_BODY.safeParse(request.body);
      if (!body.success) {
        const expected = '{"file": path, "fillGaps": true or false, "sensor": id, "received": UTC time}';
        return reply.code(400).send(refused(request.body, expected));
      }
      const { file: path, received: receivedMs, ...rest } = body.data;
      return writer().import({ path, receivedMs, ...rest });
    });
  },
});
