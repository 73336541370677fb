/**
 * The alarms of PROMISE 7: how full RAW is, and the age of what waits there for the archiver. Asked by the acquirer, who goes on
 * when the writer is dead. What is not known is not shown: a metric that stays at its last value would say that all is well.
 */
import { decodeRawPayload } from '@emso/core';
import { type Bus, pause } from '@emso/runtime';

const ASK_MS = 2000;
/** A frozen broker answers nothing, and its link looks up for a minute. */
const ANSWER_LIMIT_MS = 2000;
/** The consumer of the writer on `raw.>`. */
const ARCHIVER = 'archiver';

/** Asks again and again until the signal; never rejects. */
export async function watchRaw(bus: Bus, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(ASK_MS, signal);
    if (signal.aborted) return;
    try {
      if (!bus.connected()) throw new Error('no link to nats-server');
      const found = await within(ANSWER_LIMIT_MS, askRaw(bus));
      forget(bus);
      show(bus, found);
    } catch (err) {
      forget(bus);
      bus.log.debug({ err }, 'the state of RAW is not known');
    }
  }
}

interface RawState {
  readonly bytes: number;
  readonly limitBytes: number;
  readonly consumers: readonly { readonly name: string; readonly pending: number; readonly ackPending: number }[];
  /** Reception of the oldest record that is not archived, epoch ms; 0 when all are. */
  readonly oldestMs: number;
}

async function askRaw(bus: Bus): Promise<RawState> {
  const { streams, consumers } = bus.jsm;
  const infos = [];
  for await (const info of consumers.list('RAW')) infos.push(info);
  // Asked after the consumers, it has everything that they wait for.
  const { state, config } = await streams.info('RAW');
  const floor = infos.find(({ name }) => name === ARCHIVER)?.ack_floor.stream_seq ?? 0;
  const seq = Math.max(floor + 1, state.first_seq);
  const waits = state.messages > 0 && seq <= state.last_seq;
  return {
    bytes: state.bytes,
    limitBytes: config.max_bytes,
    consumers: infos.map(({ name, num_pending: pending, num_ack_pending: ackPending }) => ({
      name,
      pending,
      ackPending,
    })),
    oldestMs: waits ? await receivedMs(bus, seq) : 0,
  };
}

/** Reception of the first record of a message; one that is no records counts from when the broker took it. */
async function receivedMs(bus: Bus, seq: number): Promise<number> {
  const message = await bus.jsm.streams.getMessage('RAW', { seq });
  if (message === null) throw new Error(`RAW: expected message ${seq}, found none: it was removed meanwhile`);
  try {
    return decodeRawPayload(message.data)[0].receivedMs;
  } catch {
    return message.time.getTime();
  }
}

function show({ metrics }: Bus, { bytes, limitBytes, consumers, oldestMs }: RawState): void {
  const stream = { stream_name: 'RAW' };
  metrics.streamBytes.set(stream, bytes);
  metrics.streamLimit.set(stream, limitBytes);
  for (const { name, pending, ackPending } of consumers) {
    metrics.consumerPending.set({ ...stream, consumer_name: name }, pending);
    metrics.consumerAckPending.set({ ...stream, consumer_name: name }, ackPending);
  }
  metrics.oldestUnarchived.set(stream, oldestMs / 1000);
}

function forget({ metrics }: Bus): void {
  metrics.streamBytes.reset();
  metrics.streamLimit.reset();
  metrics.consumerPending.reset();
  metrics.consumerAckPending.reset();
  metrics.oldestUnarchived.reset();
}

async function within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
