/**
 * The loop between a durable consumer and a handler. A message is acknowledged only after the handler has resolved, so the
 * handler does its durable work first (publish the output, fsync); until then the message comes back, also to another
 * process. Nothing ends the loop but its signal: neither an exception nor a restarted server nor a lost consumer.
 */
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { type Bus, whileUp } from './bus.ts';
import { backoffMs, isWorthLogging, pause, retry } from './retry.ts';
import { type ConsumerLimits, ensureConsumer, isNotFound, type StreamName, TopologyError } from './topology.ts';

/** `ack`: done, durably. `nakMs`: not possible now (disk full, far end down), deliver again after that time. */
export type Verdict = 'ack' | { readonly nakMs: number };

export interface ConsumerPlan extends ConsumerLimits {
  readonly durable: string;
  readonly filterSubject: string;
}

export interface WorkOptions {
  readonly bus: Bus;
  readonly stream: StreamName;
  readonly consumer: ConsumerPlan;
  /** Label of the metrics. */
  readonly stage: string;
  /** Ends the loop after the messages that are already here. */
  readonly signal: AbortSignal;
  readonly handler: (message: JsMsg) => Promise<Verdict>;
}

export interface BatchOptions extends Omit<WorkOptions, 'handler'> {
  /** Most messages of one call. */
  readonly maxMessages: number;
  /** How long a first message may wait for company. */
  readonly gatherMs: number;
  /** One answer for all of them. */
  readonly handler: (messages: readonly JsMsg[]) => Promise<Verdict>;
}

export interface Worker {
  /** Resolves when the loop has ended after its signal; rejects only on a consumer that cannot be had (TopologyError). */
  readonly done: Promise<void>;
  /** True, or why not: no link, or the consumer has not been reached for 30 s. */
  ready(): true | string;
}

/** Handles messages one at a time, in the order of delivery. */
export function work(options: WorkOptions): Worker {
  return start({ ...options, maxMessages: 1, gatherMs: 0, handler: (messages) => options.handler(messages[0]) });
}

/** Handles messages in batches: one durable write acknowledges many. */
export function workBatched(options: BatchOptions): Worker {
  return start(options);
}

const TICK_MS = 2000;
/** A consumer with messages for us that gives none for so long is a stuck handle. */
const STALL_MS = 5000;
/** What a stop may spend on messages that are already here. */
const DRAIN_MS = 3000;
const UNREACHED_MS = 30_000;
const NAK_BACKOFF = { firstMs: 250, capMs: 30_000 };
/** Bytes would be the better limit, but a pull by bytes costs one request a message on old servers. */
const MAX_PULL = 256;
/** What comes behind a large batch waits for all of it. */
const MAX_BATCH_BYTES = 1024 * 1024;

function start(options: BatchOptions): Worker {
  const { bus, stream, consumer, signal } = options;
  const name = `${stream}/${consumer.durable}`;
  /** Delivered and not begun, in order of delivery. */
  const queue: JsMsg[] = [];
  let inHand: readonly JsMsg[] = [];
  let wake = (): void => {};
  let handle: ConsumerMessages | undefined;
  let ended = false;
  let lastActivity = performance.now();
  let lastReached = Number.NEGATIVE_INFINITY;
  let depth = 0;

  const arrived = (message: JsMsg): void => {
    lastActivity = performance.now();
    // A restarted server delivers again what waits here: the later delivery is the one it wants acknowledged.
    const waiting = message.redelivered ? queue.findIndex((queued) => queued.seq === message.seq) : -1;
    if (waiting >= 0) queue[waiting] = message;
    else queue.push(message);
    wake();
  };

  const setDepth = (value: number): void => {
    // Several workers of a process share the gauge of their stage.
    bus.metrics.queueDepth.inc({ stage: options.stage }, value - depth);
    depth = value;
  };

  /** Opens a handle on the consumer, creating the consumer when the server does not have it. */
  const open = async (): Promise<void> => {
    await handle?.close();
    await ensureConsumer(bus, stream, consumer.durable, consumer.filterSubject, consumer, signal);
    const source = await whileUp(bus, bus.js.consumers.get(stream, consumer.durable));
    const opened = await source.consume({
      max_messages: Math.min(MAX_PULL, consumer.maxAckPending),
      callback: arrived,
    });
    handle = opened;
    ended = false;
    opened.closed().then(() => {
      if (opened === handle) ended = true;
    }, bus.fail);
    lastActivity = lastReached = performance.now();
    if (signal.aborted) await opened.close();
  };

  const openDurably = (): Promise<void> =>
    retry(open, {
      backoff: { firstMs: 200, capMs: 5000 },
      signal,
      onError: (error, attempt) => {
        if (error instanceof TopologyError) throw error;
        if (!isWorthLogging(attempt)) return;
        bus.log.warn(
          { reason: 'consumer-unreached', consumer: name, err: error },
          `consumer ${name} cannot be opened: trying again`,
        );
      },
    });

  /** Why the handle must be opened again; undefined while all is well. The client resumes by itself after most restarts. */
  const trouble = async (): Promise<string | undefined> => {
    try {
      const info = await whileUp(bus, bus.jsm.consumers.info(stream, consumer.durable));
      lastReached = performance.now();
      setDepth(info.num_pending + info.num_ack_pending);
      const idleMs = queue.length + inHand.length > 0 ? 0 : performance.now() - lastActivity;
      const stuck = idleMs > STALL_MS && info.num_pending > 0 && info.num_ack_pending < consumer.maxAckPending;
      if (stuck) return `${info.num_pending} messages wait and none came for ${STALL_MS / 1000} s`;
      return ended ? 'its handle ended' : undefined;
    } catch (error) {
      if (isNotFound(error)) return 'the server does not have it any more';
      bus.log.warn({ reason: 'consumer-unreached', consumer: name, err: error }, `consumer ${name} cannot be asked`);
      return undefined;
    }
  };

  const supervise = async (): Promise<void> => {
    for (;;) {
      await pause(TICK_MS, signal);
      if (signal.aborted) return;
      if (!bus.connected()) continue;
      const why = await trouble();
      if (why === undefined || signal.aborted) continue;
      bus.log.warn({ reason: 'consumer-reopened', consumer: name }, `consumer ${name}: ${why}: opening it again`);
      await openDurably();
    }
  };

  const handleNext = async (): Promise<void> => {
    inHand = queue.splice(0, batchLength(queue, options.maxMessages));
    if (inHand.length > 0) await handleBatch(options, name, inHand);
    inHand = [];
    lastActivity = performance.now();
  };

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (queue.length < options.maxMessages && options.gatherMs > 0) await pause(options.gatherMs, signal);
      await handleNext();
    }
    // What was delivered is finished: given back to 2.9, it may be forgotten until the ack wait is over.
    const until = performance.now() + DRAIN_MS;
    while (queue.length > 0 && performance.now() < until) await handleNext();
    for (const message of queue.splice(0)) message.nak();
  };

  const run = async (): Promise<void> => {
    await openDurably();
    const keepAlive = setInterval(() => {
      if (bus.connected()) for (const message of [...inHand, ...queue]) message.working();
    }, consumer.ackWaitMs / 3);
    try {
      await Promise.all([loop(), supervise()]);
      if (bus.connected()) await whileUp(bus, bus.nc.flush());
    } finally {
      clearInterval(keepAlive);
      setDepth(0);
    }
  };

  const stop = (): void => {
    // Before the message in hand is acknowledged, or the next one would be on its way to a closed door.
    handle?.close().catch(bus.fail);
    wake();
  };
  signal.addEventListener('abort', stop, { once: true });
  return {
    done: run().catch((error: unknown) => {
      if (!signal.aborted) throw error;
      bus.log.debug({ err: error, consumer: name }, 'worker stopped in the middle of an attempt');
    }),
    ready() {
      if (!bus.connected()) return 'no link to nats-server';
      const silent = performance.now() - lastReached > UNREACHED_MS;
      return silent ? `consumer ${name} not reached for more than ${UNREACHED_MS / 1000} s` : true;
    },
  };
}

/** How many of the waiting messages go into the next call: as many as it takes, at least one, and not too many bytes. */
function batchLength(queue: readonly JsMsg[], maxMessages: number): number {
  let count = 0;
  let bytes = 0;
  while (count < Math.min(queue.length, maxMessages) && (count === 0 || bytes < MAX_BATCH_BYTES)) {
    bytes += queue[count++].data.length;
  }
  return count;
}

/** Calls the handler and answers the broker for every message. */
async function handleBatch(options: BatchOptions, name: string, messages: readonly JsMsg[]): Promise<void> {
  const { bus, stage } = options;
  const started = performance.now();
  let verdict: Verdict;
  let outcome = 'acked';
  try {
    verdict = await options.handler(messages);
    if (verdict !== 'ack') outcome = 'delayed';
  } catch (error) {
    outcome = 'failed';
    const failures = messages[0].info.deliveryCount - 1;
    verdict = { nakMs: backoffMs(failures, NAK_BACKOFF) };
    if (isWorthLogging(failures)) {
      const { seq, subject } = messages[0];
      bus.log.error(
        { reason: 'handler-failed', consumer: name, subject, seq, deliveries: failures + 1, err: error },
        `handling ${messages.length} message(s) from ${seq} failed: delivering again`,
      );
    }
  }
  bus.metrics.stageDuration.observe({ stage }, (performance.now() - started) / 1000);
  bus.metrics.messagesProcessed.inc({ stage, outcome }, messages.length);
  for (const message of messages) {
    if (verdict === 'ack') message.ack();
    else message.nak(verdict.nakMs);
  }
}
