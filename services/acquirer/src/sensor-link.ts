/** One sensor of the acquirer: its spool, its socket, its publisher. Nothing that happens here reaches another sensor. */
import {
  type Bus,
  backoffMs,
  type Log,
  type Metrics,
  openSpool,
  pause,
  type Spool,
  type SpoolOptions,
} from '@emso/runtime';
import { type ReceivedRecord, startLineSource } from './line-source.ts';
import { publishSpool } from './publisher.ts';

/** Three missed samples and one for jitter, but never less than half a minute: long for a sensor, short for a dead socket. */
const IDLE_CADENCES = 4;
const IDLE_FLOOR_MS = 30_000;
const MAX_EARLY_EVENTS = 100;
const OPEN_BACKOFF = { firstMs: 500, capMs: 60_000 };

export interface SensorLinkOptions {
  readonly platform: string;
  readonly sensor: string;
  /** `tcp://host:port`, as the site file has it. */
  readonly endpoint: string;
  readonly cadenceMs: number;
  /** Root of all spools, and what one may keep in memory. */
  readonly spool: Pick<SpoolOptions, 'dir' | 'maxMemoryBytes'>;
  /** Resolves when there is a bus: acquisition does not wait for it. */
  readonly bus: Promise<Bus>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Ends publishing; what is spooled goes out at the next start. */
  readonly signal: AbortSignal;
  readonly fail: (error: unknown) => void;
}

export interface SensorLink {
  /** True, or what keeps its lines from the disk. */
  ready(): true | string;
  /** Bytes of its spool on disk. */
  spoolBytes(): number;
  /** Adds an event row; it waits for the spool to be open, and is nothing after `stop`. */
  event(text: string): void;
  /** Removes what was published long ago. */
  prune(): Promise<void>;
  /** After the signal: ends the connection and resolves when all that was received is on disk. */
  stop(): Promise<void>;
}

/** Starts at once and returns; the spool is opened again and again when the disk does not give it. */
export function startSensorLink(options: SensorLinkOptions): SensorLink {
  const { sensor, metrics, log, signal, fail } = options;
  const { hostname, port } = new URL(options.endpoint);
  let spool: Spool | undefined;
  let stopped = false;
  /** Events from before the spool was open, such as the state of the clock. */
  const early: ReceivedRecord[] = [];

  const emit = (records: ReceivedRecord[]): void => {
    if (stopped) return;
    if (spool === undefined) {
      // A disk that is away for days must not cost all memory.
      if (early.length < MAX_EARLY_EVENTS) early.push(...records);
      return;
    }
    // What we say about the link is no sign of life of the instrument.
    const received = records.filter(({ kind }) => kind !== 'event');
    if (received.length > 0) {
      metrics.linesReceived.inc({ sensor }, received.length);
      metrics.receivedBytes.inc(
        { sensor },
        received.reduce((sum, record) => sum + record.bytes.length, 0),
      );
      metrics.lastLine.set({ sensor }, received[received.length - 1].receivedMs / 1000);
    }
    spool.append(records).catch(fail);
  };
  const event = (text: string): void =>
    emit([{ kind: 'event', receivedMs: Date.now(), bytes: Buffer.from(text, 'latin1') }]);

  const run = async (): Promise<() => Promise<void>> => {
    spool = await openUntilDone({ ...options.spool, platform: options.platform, sensor, log }, signal);
    const opened = spool;
    if (opened === undefined) return async () => {};
    if (early.length > 0) emit(early);
    event(`session-opened pid=${process.pid}`);
    const source = startLineSource({
      host: hostname,
      port: Number(port),
      idleTimeoutMs: Math.max(IDLE_FLOOR_MS, IDLE_CADENCES * options.cadenceMs),
      emit,
      isFull: () => opened.full,
      onLink(connected, reason) {
        metrics.sourceConnected.set({ sensor }, connected ? 1 : 0);
        if (!connected) metrics.sourceReconnects.inc({ sensor, reason });
      },
      log,
    });
    const published = options.bus.then(
      (bus) => publishSpool(bus, opened, options.platform, sensor, metrics, signal),
      // Stopped before there was a bus; any other reason has been reported by who connects.
      () => undefined,
    );
    return async () => {
      await source.stop();
      stopped = true;
      await published;
      await opened.close();
    };
  };

  metrics.sourceConnected.set({ sensor }, 0);
  const running = run();
  running.catch(fail);
  return {
    ready: () => (spool === undefined ? `the spool of ${sensor} cannot be opened` : true),
    spoolBytes: () => spool?.diskBytes ?? 0,
    event,
    async prune() {
      await spool?.prune();
    },
    stop: async () => (await running)(),
  };
}

/** The spool, however long the disk takes to give it; undefined when the signal came first. */
async function openUntilDone(options: SpoolOptions, signal: AbortSignal): Promise<Spool | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await openSpool(options);
    } catch (err) {
      options.log.error(
        { reason: 'spool-open', err },
        'the spool could not be opened: this sensor is not acquired, trying again; check the disk and the rights of EMSO_SPOOL_DIR',
      );
      await pause(backoffMs(failures, OPEN_BACKOFF), signal);
    }
  }
  return undefined;
}
