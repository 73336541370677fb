/**
 * A serial box that says what a file holds, byte for byte and once: for tests, and for a technician who has a capture of a
 * sensor and wants to see the chain take it.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** From the arrival of the client to the first byte: long enough that a reader can tell a line from the tail of one. */
const QUIET_MS = 400;

export interface ReplayOptions {
  readonly bytes: Uint8Array;
  /** 0 for a free one. */
  readonly port?: number;
  /** Bytes a second; as fast as they go when absent. */
  readonly rate?: number;
  /** Bytes that leave at once. */
  readonly chunk?: number;
  /** The connection stays open when all has been said, as that of an instrument does. */
  readonly stayOpen?: boolean;
}

export interface Replay {
  /** `tcp://127.0.0.1:port` */
  readonly endpoint: string;
  /** Bytes that were given to the client so far. */
  readonly sent: number;
  /** All bytes have left, or the replay was stopped. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

const DEFAULT_CHUNK_BYTES = 64;

/** Opens the box. Nothing leaves without a client; one that comes back gets what follows. Throws when the port is taken. */
export async function startReplay({ bytes, port = 0, rate, chunk, stayOpen = false }: ReplayOptions): Promise<Replay> {
  const chunkBytes = chunk ?? DEFAULT_CHUNK_BYTES;
  const stopping = new AbortController();
  const { signal } = stopping;
  let client: Socket | undefined;
  let sent = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    client?.destroy();
    client = socket;
    // What a client says to the instrument is taken and forgotten. Its errors end in `close`.
    socket.resume();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (client === socket) client = undefined;
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const run = async (): Promise<void> => {
    let listener: Socket | undefined;
    let dueMs = 0;
    while (sent < bytes.length) {
      if (client === undefined) await once(server, 'connection', { signal });
      if (client !== listener) {
        listener = client;
        await delay(QUIET_MS, undefined, { signal });
        dueMs = performance.now();
        continue;
      }
      const next = bytes.subarray(sent, sent + chunkBytes);
      const flushed = listener!.write(next);
      sent += next.length;
      if (!flushed) await Promise.race([once(listener!, 'drain', { signal }), once(listener!, 'close', { signal })]);
      dueMs += rate === undefined ? 0 : (1000 * next.length) / rate;
      await delay(Math.max(0, dueMs - performance.now()), undefined, { signal });
    }
    if (stayOpen || client === undefined) return;
    const last = client;
    last.end();
    if (!last.closed) await once(last, 'close', { signal });
  };
  const done = run().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const { port: opened } = server.address() as AddressInfo;
  return {
    endpoint: `tcp://127.0.0.1:${opened}`,
    get sent() {
      return sent;
    },
    done,
    async stop() {
      stopping.abort();
      await done;
      client?.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
