/**
 * The acquirer: one TCP client per endpoint, every line on local disk before anything looks at it, then to the bus.
 * Neither a sensor that cannot be reached nor a broker that is away stops the others.
 */
import {
  applyTopology,
  type Bus,
  ConfigFaults,
  connectBus,
  ENV,
  isWorthLogging,
  pause,
  retry,
  runService,
  spoolPlaceFault,
} from '@emso/runtime';
import { z } from 'zod';
import { watchClock } from './clock-watch.ts';
import { heardAt } from './endpoints.ts';
import { watchRaw } from './raw-backlog.ts';
import { startSensorLink } from './sensor-link.ts';
import type { SensorSpool } from './sensor-spool.ts';

const PRUNE_MS = 3_600_000;
const SPOOL_METRIC_MS = 2000;
/** A broker that refuses us (a password, a stream of another shape) is a person's work; acquisition goes on meanwhile. */
const REFUSED_BACKOFF = { firstMs: 2000, capMs: 60_000 };

await runService({
  name: 'acquirer',
  config: z.object({
    EMSO_NATS_URL: ENV.EMSO_NATS_URL,
    EMSO_SPOOL_DIR: ENV.EMSO_SPOOL_DIR,
    EMSO_SPOOL_MEMORY_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(64 * 1024 * 1024)
      .describe('how much a sensor may keep in memory while the disk of the spool takes nothing, in bytes'),
  }),
  async start({ config, log, metrics, signal, fail }) {
    const { EMSO_NATS_URL: url, EMSO_SPOOL_DIR: spoolDir } = config.env;
    const misplaced = await spoolPlaceFault(spoolDir);
    if (misplaced !== undefined) throw new ConfigFaults([misplaced]);
    let bus: Bus | undefined;

    const topologyFault = (err: unknown): void => {
      if (signal.aborted) return;
      log.error(
        { reason: 'topology', err },
        'the streams of the broker are not as they must be: lines stay in the spool',
      );
    };
    const joinBus = async (): Promise<Bus> => {
      const joined = await connectBus({ url, name: 'acquirer', log, metrics, fail, signal });
      try {
        await applyTopology(joined, { signal });
      } catch (error) {
        await joined.close();
        throw error;
      }
      // A broker may come back without its store.
      joined.onLink((up) => {
        if (up) applyTopology(joined, { signal }).catch(topologyFault);
      });
      bus = joined;
      return joined;
    };
    const joining = retry(joinBus, {
      backoff: REFUSED_BACKOFF,
      signal,
      onError: (error, attempt) => {
        if (isWorthLogging(attempt)) topologyFault(error);
      },
    });
    const watching = joining.then(
      (joined) => watchRaw(joined, signal),
      (error) => {
        if (!signal.aborted) fail(error);
      },
    );
    const { endpoints, others } = heardAt(config.observatory, Date.now());
    for (const { sensor, reason } of others) log.info({ sensor }, `not acquired: ${reason}`);
    const links = endpoints.map(({ framingFault, ...heard }) => {
      const [{ sensor }] = heard.sensors;
      if (framingFault !== undefined) {
        log.error(
          { reason: 'settings', sensor, err: framingFault },
          'expected settings that the model of this sensor knows, found others: its bytes are kept, cut as lines; correct the site file',
        );
      }
      const spool = { dir: spoolDir, maxMemoryBytes: config.env.EMSO_SPOOL_MEMORY_BYTES };
      return startSensorLink({ heard, spool, bus: joining, log, metrics, signal, fail });
    });
    const spools = (): SensorSpool[] => links.flatMap((link) => link.spools());
    const stopClock = watchClock((text) => {
      for (const link of links) link.event(text);
    });
    const prune = setInterval(() => {
      for (const spool of spools())
        spool.prune().catch((err) => log.warn({ reason: 'spool-prune', err }, 'old spool files were not removed'));
    }, PRUNE_MS);
    const showDepth = async (spool: SensorSpool): Promise<void> => {
      const { sensor } = spool;
      const { records, bytes, oldestMs = 0 } = await spool.depth();
      metrics.spoolWaitingRecords.set({ sensor }, records);
      metrics.spoolWaitingBytes.set({ sensor }, bytes);
      metrics.spoolOldestUnpublished.set({ sensor }, oldestMs / 1000);
    };
    const measuring = (async () => {
      while (!signal.aborted) {
        metrics.spoolBytes.set(spools().reduce((sum, spool) => sum + spool.diskBytes(), 0));
        for (const spool of spools())
          await showDepth(spool).catch((err) =>
            log.debug({ err, sensor: spool.sensor }, 'the spool could not be read'),
          );
        await pause(SPOOL_METRIC_MS, signal);
      }
    })();

    return {
      ready() {
        const state = links.map((link) => link.ready()).find((ready) => ready !== true);
        return state ?? (bus?.connected() || 'the bus is not connected; lines are kept in the spool');
      },
      async stop() {
        clearInterval(prune);
        stopClock();
        await Promise.all([watching, measuring, ...links.map((link) => link.stop())]);
        await bus?.close();
      },
    };
  },
});
