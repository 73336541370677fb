/**
 * One serial box: a TCP server for one sensor. Lines leave at the cadence whether or not anybody listens, and what nobody
 * heard is gone, as with the real ones. The newest client replaces an older one.
 */
import { type EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { type Fault, type FaultKind, garbage, noisy, overlong } from './faults.ts';
import { type Random, wholeBetween } from './random.ts';
import type { SourceLine } from './source.ts';
import type { Witness } from './witness.ts';

/** From the first client's arrival to the first line: long enough that a reader can tell a line from the tail of one. */
const QUIET_MS = 400;
/** Lets bytes reach the client before the connection is reset: a reset may overtake what is still under way. */
const SETTLE_MS = 20;
/** So long the rest of a cut line waits for the client to be back; a slow line is under way that long. */
const TAIL_WAIT_MS = 1000;
/** A client that takes nothing for so long has filled the box: lines are lost until it reads again. */
const STALL_MS = 2000;
/** So long a client may take to read the last bytes of a box that is being stopped. */
const FAREWELL_MS = 200;

export interface BoxOptions {
  readonly source: Iterator<SourceLine, never>;
  /** In order of `afterLines`. */
  readonly faults: readonly Fault[];
  readonly random: Random;
  /** Lines in all; Infinity for no end. */
  readonly total: number;
  /** Real time from one line to the next. */
  readonly intervalMs: number;
  /** Nothing leaves before the first client has come. */
  readonly holdUntilClient: boolean;
  readonly witness: Witness;
}

export interface BoxProgress {
  /** Lines that left so far, heard or not. */
  sent: number;
  /** Those of them that nobody heard. */
  unheard: number;
}

export interface Box {
  /** `tcp://127.0.0.1:port` */
  readonly endpoint: string;
  readonly progress: Readonly<BoxProgress>;
  /** All lines have left, or the box was stopped. Rejects when its log cannot be written. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Opens a box on a free port of this machine and starts to send. */
export async function openBox(options: BoxOptions): Promise<Box> {
  const { source, random, total, intervalMs, witness } = options;
  const pending = [...options.faults];
  const progress: BoxProgress = { sent: 0, unheard: 0 };
  const stopping = new AbortController();
  const { signal } = stopping;
  let client: Socket | undefined;
  let stalled: Socket | undefined;

  const server = createServer({ noDelay: true }, (socket) => {
    client?.destroy();
    client = socket;
    // What a client says to the instrument is taken and forgotten. Its errors end in `close`, which is all that matters here.
    socket.resume();
    socket.on('error', () => socket.destroy());
    socket.on('drain', () => {
      stalled = undefined;
    });
    socket.on('close', () => {
      if (client === socket) client = undefined;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  /** The client that would get the next bytes. */
  const listener = (): Socket | undefined => (client?.writable && !client.writableNeedDrain ? client : undefined);

  /** Hands bytes to the listener; false when there is none. */
  const hand = (bytes: Buffer): boolean => {
    const socket = listener();
    socket?.write(bytes);
    return socket !== undefined;
  };

  const log = (heard: boolean, line: SourceLine, fault: FaultKind | undefined, latin1: string, rest = {}): void => {
    progress.sent++;
    if (!heard) progress.unheard++;
    witness.write({ n: progress.sent, atMs: Date.now(), heard, origin: line.origin, fault, latin1, ...rest });
  };

  const emit = (line: SourceLine, fault?: FaultKind): void => {
    if (progress.sent < total) log(hand(line.bytes), line, fault, line.bytes.toString('latin1'));
  };

  /** A line in two pieces, with something happening between them; the second one is lost when nobody is there for it. */
  const emitInPieces = async (line: SourceLine, fault: FaultKind, between: () => Promise<void>): Promise<void> => {
    const at = wholeBetween(random, 1, Math.max(1, line.bytes.length - 3));
    const [head, tail] = [line.bytes.subarray(0, at), line.bytes.subarray(at)];
    const heard = hand(head);
    let heardTail = false;
    try {
      await between();
      heardTail = hand(tail);
    } finally {
      // Also when the box is stopped half-way: the head has left.
      const parts = (heardTail ? [head, tail] : [head]).map((part) => part.toString('latin1'));
      const lost = heardTail ? undefined : tail.toString('latin1');
      log(heard, line, fault, parts.join(''), { parts, lost });
    }
  };

  const resetClient = async (): Promise<void> => {
    await delay(SETTLE_MS, undefined, { signal });
    client?.resetAndDestroy();
    client = undefined;
  };

  const extraLine = (bytes: Buffer): SourceLine => ({ bytes, origin: 'generated', reply: false });

  /** Lets a fault happen at `line`; returns how long the instrument was held up by it. */
  const strike = async (fault: Fault, line: SourceLine): Promise<number> => {
    const startedMs = performance.now();
    switch (fault.kind) {
      case 'cut':
        await emitInPieces(line, 'cut', async () => {
          await resetClient();
          await eventWithin(server, ['connection'], TAIL_WAIT_MS, signal);
        });
        return performance.now() - startedMs;
      case 'silence':
        await emitInPieces(line, 'silence', () => delay(fault.amount, undefined, { signal }));
        return performance.now() - startedMs;
      case 'reset':
        await resetClient();
        emit(line, 'reset');
        return 0;
      case 'half-close':
        client?.end();
        emit(line, 'half-close');
        return 0;
      case 'flood':
        emit(line, 'flood');
        for (let i = 1; i < fault.amount && progress.sent < total; i++) {
          await breathe();
          emit(source.next().value, 'flood');
        }
        return 0;
      case 'noise':
        emit({ ...line, bytes: noisy(line.bytes, random) }, 'noise');
        return 0;
      case 'overlong':
      case 'binary': {
        const make = fault.kind === 'overlong' ? overlong : garbage;
        emit(extraLine(make(fault.amount, random)), fault.kind);
        emit(line);
        return 0;
      }
    }
  };

  /** Lets the sockets work; waits for a client that has just fallen behind, but not for one that has stalled. */
  const breathe = async (): Promise<void> => {
    const behind = client?.writableNeedDrain ? client : undefined;
    if (behind !== undefined && behind !== stalled) {
      await eventWithin(behind, ['drain', 'close'], STALL_MS, signal);
      if (behind.writableNeedDrain) stalled = behind;
    } else await nextTurn();
    signal.throwIfAborted();
  };

  const run = async (): Promise<void> => {
    if (options.holdUntilClient) {
      if (client === undefined) await once(server, 'connection', { signal });
      await delay(QUIET_MS, undefined, { signal });
    }
    let line = source.next().value;
    let dueMs = performance.now();
    while (progress.sent < total) {
      const fault =
        pending.length > 0 && pending[0].afterLines <= progress.sent && listener() ? pending.shift() : undefined;
      if (fault !== undefined) dueMs += await strike(fault, line);
      else emit(line);
      line = source.next().value;
      if (!line.reply) dueMs += intervalMs;
      const waitMs = dueMs - performance.now();
      if (waitMs > 1) await delay(waitMs, undefined, { signal });
      else await breathe();
    }
  };

  const done = run().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const shutDown = async (): Promise<void> => {
    stopping.abort();
    try {
      await done;
    } finally {
      const closed = once(server, 'close');
      server.close();
      // What is still in the socket's buffer may leave, but a client that does not read must not hold us up.
      client?.end();
      const timer = setTimeout(() => client?.destroy(), FAREWELL_MS);
      await closed;
      clearTimeout(timer);
      witness.close();
    }
  };

  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    endpoint: `tcp://127.0.0.1:${port}`,
    progress,
    done,
    stop: () => {
      stopped ??= shutDown();
      return stopped;
    },
  };
}

/** Resolves at the first of these events, or after `waitMs`. Rejects when stopped. */
async function eventWithin(
  emitter: EventEmitter,
  events: readonly string[],
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      for (const event of events) emitter.off(event, over);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, waitMs);
    for (const event of events) emitter.on(event, over);
    signal.addEventListener('abort', over);
  });
  signal.throwIfAborted();
}
