/**
 * The link to nats-server. It reconnects for ever; a publication is repeated with the same id until the broker says it has
 * it. Any publish error means "unknown", never "not stored": the id makes the repetition harmless.
 */
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type PubAck,
} from '@nats-io/jetstream';
import { AuthorizationError, connect, InvalidArgumentError, type NatsConnection } from '@nats-io/transport-node';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { backoffMs, isWorthLogging, pause, retry } from './retry.ts';

export interface BusOptions {
  readonly url: string;
  /** Shown by the server's monitoring. */
  readonly name: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called when the connection is closed for good without `close()`: the service cannot go on. */
  readonly fail: (error: Error) => void;
  /** Gives up waiting for the first connection. */
  readonly signal?: AbortSignal;
}

export interface Bus {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Ends the service: see BusOptions. */
  readonly fail: (error: Error) => void;
  connected(): boolean;
  /** Calls `listener` at every change of the link, with true when it is up again; returns how to stop listening. */
  onLink(listener: (up: boolean) => void): () => void;
  /** Sends what is buffered (acknowledgements too) and closes. */
  close(): Promise<void>;
}

/** What a server answers while JetStream is not up yet. */
const JETSTREAM_STARTING = 10_008;
const PUBLISH_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 5000;
const PUBLISH_BACKOFF = { firstMs: 50, capMs: 5000 };
/** A message that asks the broker for something is cheap, so it is asked often. */
const REQUEST_BACKOFF = { firstMs: 100, capMs: 2000 };

/** Connects, waiting for the server when it is not there yet. Throws when the signal aborts or the server refuses us. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { log, url } = options;
  // Our own loop for the first connection: the client's cannot be cancelled and would keep the process from ending.
  const first = (): Promise<NatsConnection> =>
    connect({
      servers: url,
      name: options.name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 750,
      pingInterval: 20_000,
      waitOnFirstConnect: false,
    });
  const nc = await retry(first, {
    backoff: REQUEST_BACKOFF,
    signal: options.signal,
    onError: (error, attempt) => {
      if (error instanceof AuthorizationError || error instanceof InvalidArgumentError) {
        throw new Error(
          `bus: expected ${hostOf(url)} to accept this service, found '${error.message}': check EMSO_NATS_URL`,
          {
            cause: error,
          },
        );
      }
      if (!isWorthLogging(attempt)) return;
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ reason: 'bus-unreachable' }, `no nats-server at ${hostOf(url)} yet (${message}): still trying`);
    },
  });

  const listeners = new Set<(up: boolean) => void>();
  let up = true;
  let closing = false;
  const setLink = (state: boolean): void => {
    if (state === up) return;
    up = state;
    for (const listener of [...listeners]) listener(state);
  };
  const watch = async (): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        log.warn({ reason: 'bus-down' }, 'link to nats-server lost: reconnecting');
        setLink(false);
      } else if (status.type === 'reconnect') {
        log.info('link to nats-server is up again');
        setLink(true);
      } else if (status.type === 'error') {
        log.error({ reason: 'bus-error', err: status.error }, `nats-server reports: ${status.error.message}`);
      }
    }
  };
  watch().catch(options.fail);
  nc.closed().then((error) => {
    setLink(false);
    if (closing) return;
    const cause = error instanceof Error ? error : undefined;
    options.fail(
      new Error(
        `bus: expected the connection to ${hostOf(options.url)} to last, found it closed for good (${cause?.message ?? 'no reason given'}): check the address and the rights of this service`,
        { cause },
      ),
    );
  }, options.fail);

  return {
    nc,
    js: jetstream(nc, { timeout: REQUEST_TIMEOUT_MS }),
    jsm: await jetstreamManager(nc, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS }),
    log,
    metrics: options.metrics,
    fail: options.fail,
    connected: () => up,
    onLink(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing = true;
      // Draining waits for the server; without a link there is nothing to wait for.
      if (up) await nc.drain();
      else await nc.close();
    },
  };
}

/** Resolves when the link is up, or when the signal aborts. Never rejects. */
export function linkUp(bus: Bus, signal?: AbortSignal): Promise<void> {
  if (bus.connected() || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      off();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const off = bus.onLink((up) => {
      if (up) end();
    });
    signal?.addEventListener('abort', end, { once: true });
  });
}

export interface PublishOptions {
  readonly signal?: AbortSignal;
}

/**
 * Publishes until the broker has acknowledged, for ever, with the same id; returns its acknowledgement (`seq`, `duplicate`).
 * Throws only the reason of an aborted signal, and then nobody knows whether the message is stored. Callers that need order
 * keep one publication in flight.
 */
export async function publishDurably(
  bus: Bus,
  subject: string,
  id: string,
  payload: Uint8Array,
  options: PublishOptions = {},
): Promise<PubAck> {
  const { signal } = options;
  const outcome = (name: string): void => bus.metrics.messagesProcessed.inc({ stage: 'publish', outcome: name });
  for (let attempt = 0; ; attempt++) {
    await linkUp(bus, signal);
    signal?.throwIfAborted();
    try {
      const ack = await whileUp(bus, bus.js.publish(subject, payload, { msgID: id, timeout: PUBLISH_TIMEOUT_MS }));
      outcome(ack.duplicate ? 'duplicate' : 'acked');
      return ack;
    } catch (error) {
      outcome('retried');
      if (error instanceof LinkLost) continue;
      if (isWorthLogging(attempt)) {
        const message = error instanceof Error ? error.message : String(error);
        const fields = { subject, id, attempt };
        // It will go on saying no until a person makes room or mends the stream; a server that is starting says another thing.
        if (error instanceof JetStreamApiError && error.code !== JETSTREAM_STARTING) {
          bus.log.error(
            { reason: 'publish-refused', ...fields },
            `the broker refuses a publication (${message}), it is kept and tried again: is the stream full (max_bytes) or its disk?`,
          );
        } else {
          bus.log.warn(
            { reason: 'publish-retry', ...fields },
            `publication not acknowledged (${message}): trying again`,
          );
        }
      }
      await pause(backoffMs(attempt, PUBLISH_BACKOFF), signal);
    }
  }
}

export interface StoredMessage {
  /** Place in the stream. */
  readonly seq: number;
  /** `Nats-Msg-Id`, empty when it has none. */
  readonly id: string;
  readonly data: Uint8Array;
}

/**
 * The last message the broker holds for a subject, undefined when it holds none. Asks again until it answers; throws the
 * reason of an aborted signal.
 */
export async function lastMessage(
  bus: Bus,
  stream: string,
  subject: string,
  options: PublishOptions = {},
): Promise<StoredMessage | undefined> {
  const ask = async () => {
    await linkUp(bus, options.signal);
    return whileUp(bus, bus.jsm.streams.getMessage(stream, { last_by_subj: subject }));
  };
  const found = await retry(ask, {
    backoff: REQUEST_BACKOFF,
    signal: options.signal,
    onError: (error, attempt) => {
      if (!isWorthLogging(attempt)) return;
      const message = error instanceof Error ? error.message : String(error);
      bus.log.warn(
        { reason: 'request-retry', stream, subject },
        `no answer about the last message (${message}): asking again`,
      );
    },
  });
  if (found === null) return undefined;
  return { seq: found.seq, id: found.header.get('Nats-Msg-Id'), data: found.data };
}

/** The link went down while an answer was awaited: the answer will never come. */
class LinkLost extends Error {
  override readonly name = 'LinkLost';
}

/** The result of a request, or LinkLost as soon as the link goes down: no waiting for a time-out. */
export function whileUp<T>(bus: Bus, request: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const off = bus.onLink((up) => {
      if (up) return;
      off();
      reject(new LinkLost('the link to nats-server went down'));
    });
    request.then(resolve, reject).finally(off);
  });
}

/** An address for messages, without user and password. */
function hostOf(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
