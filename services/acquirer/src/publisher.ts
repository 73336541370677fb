/**
 * From the spool to the bus: one publish in flight, always read from disk, so that memory stays flat however long the broker
 * was away. After every (re)connect it starts from the older of its own mark and what the broker really has (PROMISE 6).
 */
import { decodeRawPayload, encodeRawPayload, MAX_RAW_PAYLOAD_BYTES, rawMessageId, rawSubject } from '@emso/core';
import {
  type Bus,
  backoffMs,
  comparePositions,
  lastMessage,
  linkUp,
  type Metrics,
  type Position,
  pause,
  publishDurably,
  type Spool,
  type SpoolRead,
} from '@emso/runtime';

/** An old mark costs a repeated publication after a crash, which the ids make harmless; a mark a record would cost an fsync each. */
const MARK_INTERVAL_MS = 1000;
const SHOW_INTERVAL_MS = 2000;
/** A spool that cannot be read now (a failing disk) is tried again: acquisition goes on meanwhile. */
const READ_BACKOFF = { firstMs: 500, capMs: 30_000 };

/** Publishes everything the spool holds and will hold. Resolves after `signal` aborts and the mark is written; never rejects. */
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
  let inFlight: { readonly from: Position; readonly read: SpoolRead } | undefined;
  let markedMs = 0;
  let failures = 0;

  /** However long the broker is away: what waits for it is told meanwhile. */
  const untilLinkUp = async (): Promise<void> => {
    const show = async (from: Position): Promise<void> => {
      const waiting = await spool.read(from, 1);
      if (waiting !== undefined) metrics.spoolOldestUnpublished.set({ sensor }, waiting.records[0].receivedMs / 1000);
    };
    const timer = setInterval(() => {
      if (position !== undefined) show(position).catch((err) => bus.log.debug({ err }, 'the spool could not be read'));
    }, SHOW_INTERVAL_MS);
    await linkUp(bus, signal);
    clearInterval(timer);
  };

  const publishNext = async (): Promise<void> => {
    if (resumeDue || position === undefined) {
      await untilLinkUp();
      resumeDue = false;
      connection = new AbortController();
      // What was acknowledged since the last mark need not go out again.
      if (position !== undefined) await spool.mark(position);
      position = spool.resume(await brokerLast(bus, subject, signal));
    }
    // A batch that may be stored already goes out as it was: cut anew, it would have another id and be stored twice.
    const again = inFlight !== undefined && comparePositions(inFlight.from, position) === 0;
    const next = again ? inFlight?.read : await spool.read(position, MAX_RAW_PAYLOAD_BYTES);
    metrics.spoolOldestUnpublished.set({ sensor }, next === undefined ? 0 : next.records[0].receivedMs / 1000);
    const attempt = AbortSignal.any([signal, connection.signal]);
    // Also woken when the link drops: a broker that came back without what it had acknowledged gets it at once.
    if (next === undefined) return spool.waitForMore(attempt);
    const { session, seq: first } = next.records[0];
    const range = { session, first, last: next.records[next.records.length - 1].seq };
    const id = rawMessageId(platform, sensor, range);
    inFlight = { from: position, read: next };
    await publishDurably(bus, subject, id, encodeRawPayload(next.records), { signal: attempt });
    inFlight = undefined;
    position = next.next;
    if (performance.now() - markedMs > MARK_INTERVAL_MS) {
      await spool.mark(position);
      markedMs = performance.now();
    }
  };

  while (!signal.aborted) {
    try {
      await publishNext();
      failures = 0;
    } catch (err) {
      // Stopping, or a lost link, in the middle of a publication: it will be made again under the same id.
      if (signal.aborted || connection.signal.aborted) continue;
      bus.log.error(
        { reason: 'publisher', sensor, err },
        'the spool could not be read or published; lines are still spooled, trying again: check the disk under EMSO_SPOOL_DIR',
      );
      resumeDue = true;
      await pause(backoffMs(failures++, READ_BACKOFF), signal);
    }
  }
  off();
  if (position !== undefined) await spool.mark(position);
}

/** Id of the last record that the broker has of this subject; undefined when it has none, or something that is no record. */
async function brokerLast(bus: Bus, subject: string, signal: AbortSignal): Promise<Position | undefined> {
  const message = await lastMessage(bus, 'RAW', subject, { signal });
  if (message === undefined) return undefined;
  try {
    const { session, seq } = decodeRawPayload(message.data).at(-1)!;
    return { session, seq };
  } catch (err) {
    bus.log.error(
      { reason: 'raw-damaged', subject, seq: message.seq, err },
      'expected raw records in the last message of this subject, found something else: publishing the whole spool again; find out who published it',
    );
    return undefined;
  }
}
