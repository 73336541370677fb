/**
 * One TCP client to an IP/serial converter. Bytes become records here; what happened to the link becomes event records.
 * The converter keeps nothing for an absent client and may keep a dead socket open for hours, hence keep-alive and idle time-out.
 */
import { Socket } from 'node:net';
import type { RecordKind } from '@emso/core';
import { createFramer, type Framer, type Framing } from '@emso/instruments';
import { type Backoff, backoffMs, type Log } from '@emso/runtime';
import { lookupInTurn } from './name-lookup.ts';

export interface ReceivedRecord {
  readonly kind: RecordKind;
  readonly receivedMs: number;
  readonly bytes: Uint8Array;
}

export interface LineSourceOptions {
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  /** Nothing heard for this long: the socket is taken for dead. */
  readonly idleTimeoutMs: number;
  /** A head without its line feed waits this long for the rest. */
  readonly lineTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly reconnect?: Backoff;
  /** Records in order; the promise is not awaited, `isFull` is the back-pressure. */
  readonly emit: (records: ReceivedRecord[]) => void;
  /** True while no more can be taken: the socket is not read. */
  readonly isFull: () => boolean;
  readonly onLink: (connected: boolean, reason: string) => void;
  readonly log: Log;
}

const LINE_TIMEOUT_MS = 5000;
/**
 * A connection can begin in the middle of a line. Converters forward what the serial side says within some tens of
 * milliseconds, so a first byte after this much quiet is the beginning of a line.
 */
const QUIET_BEFORE_LINE_MS = 250;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
const RECONNECT = { firstMs: 1000, capMs: 60_000 };
const FULL_POLL_MS = 200;

export interface LineSource {
  /** Ends the connection; resolves when the last record (the head of a line, as `partial`) has been emitted. */
  stop(): Promise<void>;
}

/** Connects, and connects again for ever with back-off 1 → 60 s and jitter. */
export function startLineSource(options: LineSourceOptions): LineSource {
  const { lineTimeoutMs = LINE_TIMEOUT_MS, connectTimeoutMs = CONNECT_TIMEOUT_MS, reconnect = RECONNECT } = options;
  const stopped = Promise.withResolvers<void>();
  let stopping = false;
  /** Connections in a row that brought nothing: one that is accepted and closed at once is no success. */
  let attempt = 0;
  let reported = false;
  /** The last connection ended inside a line: the next one may begin with the rest of it. */
  let inLine = false;
  let again: NodeJS.Timeout | undefined;
  let current: Socket | undefined;

  const event = (text: string): void =>
    options.emit([{ kind: 'event', receivedMs: Date.now(), bytes: Buffer.from(text, 'latin1') }]);

  const connect = (): void => {
    const socket = new Socket();
    current = socket;
    let framer: Framer | undefined;
    let connectedMs = 0;
    let heard = 0;
    let lostReason = 'closed';
    let lineTimer: NodeJS.Timeout | undefined;
    let fullTimer: NodeJS.Timeout | undefined;

    /** After a stall of this process timers run before the sockets are read: what waits there is heard first. */
    const unlessHeard = (act: () => void): void => {
      const before = heard;
      setImmediate(() => {
        if (heard === before && fullTimer === undefined) act();
      });
    };
    const cutLine = (): void => {
      const rest = framer?.cut(Date.now()) ?? [];
      if (rest.length > 0) options.emit(rest);
    };
    const watchLine = (): void => {
      clearTimeout(lineTimer);
      if (framer?.insideRecord) lineTimer = setTimeout(unlessHeard, lineTimeoutMs, cutLine);
    };
    const pauseWhenFull = (): void => {
      if (fullTimer !== undefined || !options.isFull()) return;
      socket.pause();
      // Our own silence is neither the line's nor the link's.
      clearTimeout(lineTimer);
      event('spool-full state=reading-stopped');
      const look = (): void => {
        if (options.isFull()) {
          fullTimer = setTimeout(look, FULL_POLL_MS);
          return;
        }
        fullTimer = undefined;
        event('spool-full state=over');
        socket.setTimeout(options.idleTimeoutMs);
        watchLine();
        socket.resume();
      };
      fullTimer = setTimeout(look, FULL_POLL_MS);
    };

    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    socket.setTimeout(connectTimeoutMs);
    socket.on('connect', () => {
      connectedMs = Date.now();
      reported = false;
      socket.setTimeout(options.idleTimeoutMs);
      event(`connected peer=${options.host}:${options.port}`);
      options.onLink(true, 'connected');
      pauseWhenFull();
    });
    socket.on('data', (chunk) => {
      const nowMs = Date.now();
      heard++;
      attempt = 0;
      const startUnsure = inLine || nowMs - connectedMs < QUIET_BEFORE_LINE_MS;
      framer ??= createFramer(options.framing, { startUnsure });
      const records = framer.push(chunk, nowMs);
      if (records.length > 0) options.emit(records);
      watchLine();
      pauseWhenFull();
    });
    socket.on('timeout', () =>
      unlessHeard(() => {
        lostReason = connectedMs === 0 ? 'connect-timeout' : 'idle';
        socket.destroy();
      }),
    );
    socket.on('error', (error: NodeJS.ErrnoException) => {
      lostReason = (error.code ?? 'error').toLowerCase();
    });
    socket.on('close', () => {
      clearTimeout(lineTimer);
      clearTimeout(fullTimer);
      const reason = stopping ? 'stopped' : lostReason;
      if (connectedMs > 0) {
        inLine = framer?.insideRecord ?? inLine;
        cutLine();
        event(`lost reason=${reason}`);
        options.onLink(false, reason);
      } else if (!reported && !stopping) {
        // Once an outage: a box that is away for a month must not fill the archive with this.
        reported = true;
        event(`unreachable reason=${reason}`);
        options.log.warn(
          { reason: 'source-unreachable', host: options.host, port: options.port, found: reason },
          'expected a connection to the serial converter, found none; trying again for ever: check its power, network and port',
        );
      }
      current = undefined;
      if (stopping) stopped.resolve();
      else again = setTimeout(connect, backoffMs(attempt++, reconnect));
    });
    socket.connect({ host: options.host, port: options.port, lookup: lookupInTurn });
  };

  connect();
  return {
    stop() {
      stopping = true;
      clearTimeout(again);
      if (current === undefined) stopped.resolve();
      else current.destroy();
      return stopped.promise;
    },
  };
}
