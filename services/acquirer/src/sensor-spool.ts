/** What one sensor said, on its way to the bus: its spool and its publisher. Nothing that happens here reaches another sensor. */
import { join } from 'node:path';
import {
  type Bus,
  backoffMs,
  type Log,
  type Metrics,
  openSpool,
  pause,
  type Spool,
  type SpoolDepth,
  SpoolDepthGauge,
  type SpoolOptions,
} from '@emso/runtime';
import type { ReceivedRecord } from './line-source.ts';
import { publishSpool } from './publisher.ts';

const MAX_EARLY_EVENTS = 100;
const MAX_EARLY_BYTES = 64 * 1024;
const OPEN_BACKOFF = { firstMs: 500, capMs: 60_000 };

export interface SensorSpoolOptions {
  readonly platform: string;
  readonly sensor: string;
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

export interface SensorSpool {
  readonly sensor: string;
  /** True when it is open; false when the signal came first. */
  readonly opened: Promise<boolean>;
  /** True while no more can be taken. */
  readonly full: boolean;
  /** Takes records in order; they wait for the spool to be open, and are nothing after `close`. */
  emit(records: readonly ReceivedRecord[]): void;
  /** True, or what keeps its lines from the disk. */
  ready(): true | string;
  /** Bytes on disk. */
  diskBytes(): number;
  /** What waits for the broker, from the disk: true right after a restart, and while a broker hangs. Calls must not overlap. */
  depth(): Promise<SpoolDepth>;
  /** Removes what was published long ago. */
  prune(): Promise<void>;
  /** After the signal: resolves when all that was taken is on disk. */
  close(): Promise<void>;
}

/** Starts at once and returns; the spool is opened again and again when the disk does not give it. */
export function startSensorSpool(options: SensorSpoolOptions): SensorSpool {
  const { platform, sensor, metrics, log, signal, fail } = options;
  const gauge = new SpoolDepthGauge(join(options.spool.dir, platform, sensor));
  let spool: Spool | undefined;
  let closed = false;
  /** From before the spool was open: events, such as the state of the clock, and the line that it is opened for. */
  const early: ReceivedRecord[] = [];
  let earlyBytes = 0;

  const emit = (records: readonly ReceivedRecord[]): void => {
    if (closed) return;
    if (spool === undefined) {
      // A disk that is away for days must not cost all memory.
      const kept = records.filter(({ kind }) => kind !== 'event' || early.length < MAX_EARLY_EVENTS);
      early.push(...kept);
      earlyBytes += kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
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

  const running = (async () => {
    spool = await openUntilDone({ ...options.spool, platform, sensor, log }, signal);
    if (spool === undefined) return undefined;
    const opened = spool;
    if (early.length > 0) emit(early.splice(0));
    emit([eventRecord(`session-opened pid=${process.pid}`)]);
    const published = options.bus.then(
      (bus) => publishSpool(bus, opened, platform, sensor, metrics, signal),
      // Stopped before there was a bus; any other reason has been reported by who connects.
      () => undefined,
    );
    return { spool: opened, published };
  })();
  running.catch(fail);

  return {
    sensor,
    opened: running.then((state) => state !== undefined),
    get full() {
      return spool?.full ?? earlyBytes > MAX_EARLY_BYTES;
    },
    emit,
    ready: () => (spool === undefined ? `the spool of ${sensor} cannot be opened` : true),
    diskBytes: () => spool?.diskBytes ?? 0,
    depth: () => gauge.read(),
    async prune() {
      await spool?.prune();
    },
    async close() {
      const state = await running;
      closed = true;
      await state?.published;
      await state?.spool.close();
    },
  };
}

/** A record that says what happened to a link or to the clock, now. */
export function eventRecord(text: string): ReceivedRecord {
  return { kind: 'event', receivedMs: Date.now(), bytes: Buffer.from(text, 'latin1') };
}

/** The spool, however long the disk takes to give it; undefined when the signal came first. It is asked once in any case. */
async function openUntilDone(options: SpoolOptions, signal: AbortSignal): Promise<Spool | undefined> {
  for (let failures = 0; failures === 0 || !signal.aborted; failures++) {
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
