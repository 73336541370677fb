/**
 * The acquirer: one TCP client per sensor, every line on local disk before anything looks at it, then to the bus.
 * Neither a sensor that cannot be reached nor a broker that is away stops the others.
 */
import { deploymentAt, sensorsOf } from '@emso/core';
import { applyTopology, type Bus, connectBus, ENV, isWorthLogging, retry, runService } from '@emso/runtime';
import { z } from 'zod';
import { watchClock } from './clock-watch.ts';
import { startSensorLink } from './sensor-link.ts';

const PRUNE_MS = 3_600_000;
const SPOOL_METRIC_MS = 2000;
/** A broker that refuses us (a password, a stream of another shape) is a person's work; acquisition goes on meanwhile. */
const REFUSED_BACKOFF = { firstMs: 2000, capMs: 60_000 };

await runService({
  name: 'acquirer',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL, EMSO_SPOOL_DIR: ENV.EMSO_SPOOL_DIR }),
  async start({ config, log, metrics, signal, fail }) {
    const { EMSO_NATS_URL: url, EMSO_SPOOL_DIR: spoolDir } = config.env;
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
    joining.catch((error) => {
      if (!signal.aborted) fail(error);
    });

    const links = sensorsOf(config.observatory).flatMap(({ platform, sensor }) => {
      const { endpoint, source = 'none' } = deploymentAt(sensor, Date.now()).deployment;
      if (endpoint === undefined) {
        log.info({ sensor: sensor.id }, `not acquired: no endpoint in the site file (source: ${source})`);
        return [];
      }
      const { id, cadenceMs } = sensor;
      const child = log.child({ sensor: id });
      const rest = { endpoint, cadenceMs, spoolDir, bus: joining, log: child, metrics, signal, fail };
      return [startSensorLink({ platform: platform.id, sensor: id, ...rest })];
    });
    const stopClock = watchClock((text) => {
      for (const link of links) link.event(text);
    });
    const prune = setInterval(() => {
      for (const link of links)
        link.prune().catch((err) => log.warn({ reason: 'spool-prune', err }, 'old spool files were not removed'));
    }, PRUNE_MS);
    const measure = setInterval(() => {
      metrics.spoolBytes.set(links.reduce((sum, link) => sum + link.spoolBytes(), 0));
    }, SPOOL_METRIC_MS);

    return {
      ready() {
        const state = links.map((link) => link.ready()).find((ready) => ready !== true);
        return state ?? (bus?.connected() || 'the bus is not connected; lines are kept in the spool');
      },
      async stop() {
        clearInterval(prune);
        clearInterval(measure);
        stopClock();
        await Promise.all(links.map((link) => link.stop()));
        await bus?.close();
      },
    };
  },
});
