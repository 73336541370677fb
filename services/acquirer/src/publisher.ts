/**
 * From the spool to the bus: one publish in flight, always read from disk, so that memory stays flat however long the broker
 * was away. After every (re)connect it starts from the older of its own mark and what the broker really has (PROMISE 6).
 */
import { decodeRawPayload, encodeRawPayload, MAX_RAW_PAYLOAD_BYTES, rawMessageId, rawSubject } from '@emso/core';
import { type Bus, lastMessage, linkUp, type Metrics, type Position, publishDurably, type Spool } from '@emso/runtime';

/** An old mark costs a repeated publication after a crash, which the ids make harmless; a mark a record would cost an fsync each. */
const MARK_INTERVAL_MS = 1000;

/** Publishes everything the spool holds and will hold. Resolves after `signal` aborts and the mark is written. */
export async function publishSpool(
  bus: Bus,
  spool: Spool,
  platform: string,
  sensor: string,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> {
  const subject = rawSubject(platform, sensor);
  let resumeDue = true;
  // A publication must not outlive its connection: on the next one the broker is asked first what it has, and whatever it forgot
  // goes out before anything later does.
  let connection = new AbortController();
  const off = bus.onLink((up) => {
    resumeDue = true;
    if (!up) connection.abort(new Error('the link went down'));
  });
  let position: Position | undefined;
  let markedMs = 0;
  try {
    while (!signal.aborted) {
      if (resumeDue || position === undefined) {
        await linkUp(bus, signal);
        resumeDue = false;
        connection = new AbortController();
        position = spool.resume(await brokerLast(bus, subject, signal));
      }
      const next = await spool.read(position, MAX_RAW_PAYLOAD_BYTES);
      metrics.spoolOldestUnpublished.set({ sensor }, next === undefined ? 0 : next.records[0].receivedMs / 1000);
      if (next === undefined) {
        // Also woken when the link drops: a broker that came back without what it had acknowledged gets it at once.
        await spool.waitForMore(AbortSignal.any([signal, connection.signal]));
        continue;
      }
      const { session, seq: first } = next.records[0];
      const range = { session, first, last: next.records[next.records.length - 1].seq };
      const id = rawMessageId(platform, sensor, range);
      const attempt = AbortSignal.any([signal, connection.signal]);
      try {
        await publishDurably(bus, subject, id, encodeRawPayload(next.records), { signal: attempt });
      } catch (error) {
        if (connection.signal.aborted && !signal.aborted) continue;
        throw error;
      }
      position = next.next;
      if (performance.now() - markedMs > MARK_INTERVAL_MS) {
        await spool.mark(position);
        markedMs = performance.now();
      }
    }
  } catch (error) {
    // Stopping in the middle of a publication: the next start publishes it again under the same id.
    if (!signal.aborted) throw error;
  } finally {
    off();
    if (position !== undefined) await spool.mark(position);
  }
}

/** Id of the last record that the broker has of this subject; undefined when it has none. */
async function brokerLast(bus: Bus, subject: string, signal: AbortSignal): Promise<Position | undefined> {
  const message = await lastMessage(bus, 'RAW', subject, { signal });
  if (message === undefined) return undefined;
  const records = decodeRawPayload(message.data);
  const { session, seq } = records[records.length - 1];
  return { session, seq };
}
