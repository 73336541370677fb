/** What a stream already holds of one subject, read once and in order, without a consumer that stays. */
import { DeliverPolicy } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import { isNotFound, type StreamName } from './topology.ts';

/** What a reader that was killed leaves behind goes by itself; the pulls of one that lives come more often. */
const ABANDONED_MS = 60_000;

export interface HistoryOptions {
  readonly stream: StreamName;
  readonly subject: string;
  /** Only messages that are so much older than message `beforeSeq`, at most. */
  readonly reachMs: number;
  /** Messages from this one on are left out. */
  readonly beforeSeq: number;
}

/** The payloads, oldest first. Rejects when the broker does not answer. */
export async function* historyOf(
  bus: Bus,
  { stream, subject, reachMs, beforeSeq }: HistoryOptions,
): AsyncGenerator<Uint8Array> {
  // The limits of the stream may have taken the message away meanwhile.
  const last = await bus.jsm.streams.getMessage(stream, { seq: beforeSeq }).catch((error: unknown) => {
    if (isNotFound(error)) return null;
    throw error;
  });
  const sinceMs = (last === null ? Date.now() : last.time.getTime()) - reachMs;
  const consumer = await bus.js.consumers.get(stream, {
    filter_subjects: subject,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(sinceMs).toISOString(),
    inactive_threshold: ABANDONED_MS,
  });
  try {
    const { num_pending: pending } = await consumer.info();
    if (pending === 0) return;
    const messages = await consumer.consume({ max_messages: 256 });
    try {
      for await (const { seq, data, info } of messages) {
        if (seq >= beforeSeq) return;
        yield data;
        if (info.pending === 0) return;
      }
    } finally {
      messages.stop();
    }
  } finally {
    await consumer.delete();
  }
}
