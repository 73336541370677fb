/**
 * One connection of the acquirer: its socket, and the spool of every sensor that is heard over it. Nothing that happens here
 * reaches another connection.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HeardEndpoint } from './endpoints.ts';
import { type ReceivedRecord, startLineSource } from './line-source.ts';
import { sensorByAddress } from './relay.ts';
import { eventRecord, type SensorSpool, type SensorSpoolOptions, startSensorSpool } from './sensor-spool.ts';

/** Three missed samples and one for jitter, but never less than half a minute: long for a sensor, short for a dead socket. */
const IDLE_CADENCES = 4;
const IDLE_FLOOR_MS = 30_000;
/** So much of a line without a known address is shown. */
const SHOWN_BYTES = 60;

export interface SensorLinkOptions extends Omit<SensorSpoolOptions, 'platform' | 'sensor'> {
  readonly heard: Omit<HeardEndpoint, 'framingFault'>;
}

export interface SensorLink {
  /** True, or what keeps lines from the disk. */
  ready(): true | string;
  /** The spools of its sensors; also of lines without a known address, once there were any. */
  spools(): readonly SensorSpool[];
  /** Adds an event row to each of them. */
  event(text: string): void;
  /** After the signal: ends the connection and resolves when all that was received is on disk. */
  stop(): Promise<void>;
}

/**
 * Starts at once and returns; the socket is opened when every spool is. Behind a relay a line goes to the sensor whose address
 * it has, any other record to `unaddressed-<host>-<port>`, a sensor that the site file does not know. One full spool stops the
 * reading for all of them: what is read cannot be put back, and nothing that is read may be lost.
 */
export function startSensorLink(options: SensorLinkOptions): SensorLink {
  const { heard, metrics, fail } = options;
  const { hostname, port } = new URL(heard.endpoint);
  const [{ platform }] = heard.sensors;
  const ids = heard.sensors.map(({ sensor }) => sensor);
  const log = options.log.child({ sensor: ids.join(' ') });
  const start = (place: { readonly platform: string; readonly sensor: string }): SensorSpool => {
    const { platform, sensor } = place;
    return startSensorSpool({ ...options, platform, sensor, log: options.log.child({ sensor }) });
  };
  const own = heard.sensors.map(start);
  const addressee = sensorByAddress(heard.sensors);
  const unaddressed = `unaddressed-${hostname}-${port}`.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
  let others: SensorSpool | undefined;
  let warned = false;
  const openOthers = (): SensorSpool => {
    others ??= start({ platform, sensor: unaddressed });
    return others;
  };
  const spools = (): readonly SensorSpool[] => (others === undefined ? own : [...own, others]);

  const spoolOf = (record: ReceivedRecord): SensorSpool => {
    if (addressee === undefined) return own[0];
    const index = addressee(record);
    if (index !== undefined) return own[index];
    if (record.kind === 'line' && !warned) {
      warned = true;
      const line = Buffer.from(record.bytes.subarray(0, SHOWN_BYTES)).toString('latin1');
      log.warn(
        { reason: 'unaddressed', endpoint: heard.endpoint, line },
        `expected the envelope and address of a sensor of the site file, found another line: kept as it is under ${platform}/${unaddressed}, as all that follow; see \`envelope\` in the site file`,
      );
    }
    return openOthers();
  };
  const emit = (records: readonly ReceivedRecord[]): void => {
    const parts = new Map<SensorSpool, ReceivedRecord[]>();
    const give = (spool: SensorSpool, record: ReceivedRecord): void => {
      const part = parts.get(spool);
      if (part === undefined) parts.set(spool, [record]);
      else part.push(record);
    };
    for (const record of records) {
      if (record.kind !== 'event') give(spoolOf(record), record);
      else for (const spool of spools()) give(spool, record);
    }
    for (const [spool, part] of parts) spool.emit(part);
  };

  const run = async (): Promise<() => Promise<void>> => {
    // What was spooled for it and not published goes out now, not with the next such line.
    if (addressee !== undefined && existsSync(join(options.spool.dir, platform, unaddressed))) openOthers();
    const opened = await Promise.all(spools().map((spool) => spool.opened));
    const source = opened.includes(false)
      ? undefined
      : startLineSource({
          host: hostname,
          port: Number(port),
          framing: heard.framing,
          idleTimeoutMs: Math.max(IDLE_FLOOR_MS, ...heard.sensors.map(({ cadenceMs }) => IDLE_CADENCES * cadenceMs)),
          emit,
          isFull: () => spools().some((spool) => spool.full),
          onLink(connected, reason) {
            for (const sensor of ids) {
              metrics.sourceConnected.set({ sensor }, connected ? 1 : 0);
              if (!connected) metrics.sourceReconnects.inc({ sensor, reason });
            }
          },
          log,
        });
    return async () => {
      await source?.stop();
      await Promise.all(spools().map((spool) => spool.close()));
    };
  };

  for (const sensor of ids) metrics.sourceConnected.set({ sensor }, 0);
  const running = run();
  running.catch(fail);
  return {
    ready: () =>
      spools()
        .map((spool) => spool.ready())
        .find((state) => state !== true) ?? true,
    spools,
    event: (text) => emit([eventRecord(text)]),
    stop: async () => (await running)(),
  };
}
