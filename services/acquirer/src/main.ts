/**
 * The acquirer: one TCP client per sensor, every line on local disk before anything looks at it, then to the bus.
 * A sensor that cannot be reached never stops the others.
 */
import { deploymentAt, sensorsOf } from '@emso/core';
import { applyTopology, connectBus, ENV, openSpool, runService } from '@emso/runtime';
import { z } from 'zod';
import { watchClock } from './clock-watch.ts';
import { type ReceivedRecord, startLineSource } from './line-source.ts';
import { publishSpool } from './publisher.ts';

/** Three missed samples and half a minute: long enough for jitter, short enough for a dead socket. */
const IDLE_CADENCES = 4;
const IDLE_FLOOR_MS = 30_000;
const PRUNE_MS = 3_600_000;

await runService({
  name: 'acquirer',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL, EMSO_SPOOL_DIR: ENV.EMSO_SPOOL_DIR }),
  async start({ config, log, metrics, signal, fail }) {
    const draining = new AbortController();
    const bus = await connectBus({ url: config.env.EMSO_NATS_URL, name: 'acquirer', log, metrics, fail, signal });
    await applyTopology(bus, { signal });
    const links: Awaited<ReturnType<typeof startLink>>[] = [];
    for (const { platform, sensor } of sensorsOf(config.observatory)) {
      const { deployment } = deploymentAt(sensor, Date.now());
      if (deployment.endpoint === undefined) {
        log.info(
          { sensor: sensor.id },
          `not acquired: no endpoint in the site file (source: ${deployment.source ?? 'none'})`,
        );
        continue;
      }
      links.push(await startLink(platform.id, sensor.id, deployment.endpoint, sensor.cadenceMs));
    }
    const stopClock = watchClock((text) => {
      for (const link of links) link.event(text);
    });
    const prune = setInterval(() => {
      for (const { spool } of links)
        spool.prune().catch((err) => log.warn({ reason: 'spool-prune', err }, 'old spool files were not removed'));
    }, PRUNE_MS);

    async function startLink(platform: string, sensorId: string, endpoint: string, cadenceMs: number) {
      const { hostname, port } = new URL(endpoint);
      const spool = await openSpool({ dir: config.env.EMSO_SPOOL_DIR, platform, sensor: sensorId, log });
      const published = publishSpool(bus, spool, platform, sensorId, metrics, draining.signal);
      published.catch(fail);
      const emit = (records: ReceivedRecord[]): void => {
        metrics.linesReceived.inc({ sensor: sensorId }, records.length);
        metrics.receivedBytes.inc(
          { sensor: sensorId },
          records.reduce((sum, record) => sum + record.bytes.length, 0),
        );
        metrics.lastLine.set({ sensor: sensorId }, records[records.length - 1].receivedMs / 1000);
        spool.append(records).catch(fail);
      };
      const event = (text: string): void =>
        emit([{ kind: 'event', receivedMs: Date.now(), bytes: Buffer.from(text, 'latin1') }]);
      event(`session-opened pid=${process.pid}`);
      const source = startLineSource({
        host: hostname,
        port: Number(port),
        idleTimeoutMs: Math.max(IDLE_FLOOR_MS, IDLE_CADENCES * cadenceMs),
        emit,
        isFull: () => spool.full,
        onLink(connected, reason) {
          metrics.sourceConnected.set({ sensor: sensorId }, connected ? 1 : 0);
          if (!connected) metrics.sourceReconnects.inc({ sensor: sensorId, reason });
        },
        log: log.child({ sensor: sensorId }),
      });
      return { spool, published, source, event };
    }

    return {
      ready: () => bus.connected() || 'the bus is not connected; lines are kept in the spool',
      async stop() {
        clearInterval(prune);
        stopClock();
        for (const { source } of links) source.stop();
        // What is spooled and not published goes out at the next start.
        draining.abort();
        await Promise.all(links.map(({ published }) => published));
        await Promise.all(links.map(({ spool }) => spool.close()));
        await bus.close();
      },
    };
  },
});
