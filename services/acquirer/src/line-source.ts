/**
 * One TCP client to an IP/serial converter. Bytes become records here; what happened to the link becomes event records.
 * The converter keeps nothing for an absent client and may keep a dead socket open for hours, hence keep-alive and idle time-out.
 */
import { Socket } from 'node:net';
import type { RecordKind } from '@emso/core';
import { LineFramer } from '@emso/instruments';
import { backoffMs, type Log } from '@emso/runtime';

export interface ReceivedRecord {
  readonly kind: RecordKind;
  readonly receivedMs: number;
  readonly bytes: Uint8Array;
}

export interface LineSourceOptions {
  readonly host: string;
  readonly port: number;
  /** Nothing heard for this long: the socket is taken for dead. */
  readonly idleTimeoutMs: number;
  /** Records in order; the promise is not awaited, `isFull` is the back-pressure. */
  readonly emit: (records: ReceivedRecord[]) => void;
  /** True while no more can be taken: the socket is not read. */
  readonly isFull: () => boolean;
  readonly onLink: (connected: boolean, reason: string) => void;
  readonly log: Log;
}

/** A head without its line feed waits this long for the rest. */
const LINE_TIMEOUT_MS = 5000;
/**
 * A connection can begin in the middle of a line. Converters forward what the serial side says within some tens of
 * milliseconds, so a first byte after this much quiet is the beginning of a line.
 */
const QUIET_BEFORE_LINE_MS = 250;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
const RECONNECT_BACKOFF = { firstMs: 1000, capMs: 60_000 };
const FULL_POLL_MS = 200;

export interface LineSource {
  /** Ends the connection; what is pending in a line is emitted as `partial`. */
  stop(): void;
}

/** Connects, and connects again for ever with back-off 1 → 60 s and jitter. */
export function startLineSource(options: LineSourceOptions): LineSource {
  let stopped = false;
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
    let framer: LineFramer | undefined;
    let connectedMs = 0;
    let lostReason = 'closed';
    let lineTimer: NodeJS.Timeout | undefined;
    let fullTimer: NodeJS.Timeout | undefined;

    const cutLine = (): void => {
      if (framer === undefined) return;
      const rest = framer.cut(Date.now());
      if (rest.length > 0) options.emit(rest);
    };
    const resumeWhenRoom = (): void => {
      if (options.isFull()) fullTimer = setTimeout(resumeWhenRoom, FULL_POLL_MS);
      else {
        event('spool-full state=over');
        socket.resume();
      }
    };

    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    socket.setTimeout(CONNECT_TIMEOUT_MS);
    socket.on('connect', () => {
      connectedMs = Date.now();
      attempt = 0;
      reported = false;
      socket.setTimeout(options.idleTimeoutMs);
      event(`connected peer=${options.host}:${options.port}`);
      options.onLink(true, 'connected');
    });
    socket.on('data', (chunk) => {
      const nowMs = Date.now();
      framer ??= new LineFramer({ startUnsure: inLine || nowMs - connectedMs < QUIET_BEFORE_LINE_MS });
      const records = framer.push(chunk, nowMs);
      if (records.length > 0) options.emit(records);
      clearTimeout(lineTimer);
      if (framer.insideLine) lineTimer = setTimeout(cutLine, LINE_TIMEOUT_MS);
      if (options.isFull()) {
        socket.pause();
        event('spool-full state=reading-stopped');
        resumeWhenRoom();
      }
    });
    socket.on('timeout', () => {
      lostReason = connectedMs === 0 ? 'connect-timeout' : 'idle';
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      lostReason = (error.code ?? 'error').toLowerCase();
    });
    socket.on('close', () => {
      clearTimeout(lineTimer);
      clearTimeout(fullTimer);
      if (connectedMs > 0) {
        inLine = framer?.insideLine ?? inLine;
        cutLine();
        event(`lost reason=${stopped ? 'stopped' : lostReason}`);
        options.onLink(false, lostReason);
      } else if (!reported) {
        // Once an outage: a box that is away for a month must not fill the archive with this.
        reported = true;
        event(`unreachable reason=${lostReason}`);
        options.log.warn(
          { reason: 'source-unreachable', host: options.host, port: options.port, found: lostReason },
          'expected a connection to the serial converter, found none; trying again for ever: check its power, network and port',
        );
      }
      if (stopped) return;
      again = setTimeout(connect, backoffMs(attempt++, RECONNECT_BACKOFF));
    });
    socket.connect(options.port, options.host);
  };

  connect();
  return {
    stop() {
      stopped = true;
      clearTimeout(again);
      current?.destroy();
    },
  };
}
