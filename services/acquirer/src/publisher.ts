/**
 * From the spool to the bus: one publish in flight, always read from disk, so that memory stays flat however long the broker
 * was away. After every (re)connect it starts from the older of its own mark and what the broker really has (PROMISE 6).
 */
import { decodeRawPayload, encodeRawPayload, rawMessageId, rawSubject } from '@emso/core';
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
  resetConsumersAhead,
  type Spool,
  type SpoolRead,
} from '@emso/runtime';

/** An old mark costs a repeated publication after a crash, which the ids make harmless; a mark a record would cost an fsync each. */
const MARK_INTERVAL_MS = 1000;
const SHOW_INTERVAL_MS = 2000;
/**
 * A backlog goes out in small messages and not faster than this: the archiver takes what comes in one order for all sensors, and
 * the live lines of the others must not stand behind it. A day of lines of a sensor still takes less than a second.
 */
const BATCH_BYTES = 64 * 1024;
const REPLAY_BYTES_PER_S = 1024 * 1024;
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
  let marked: Position | undefined;
  let markedMs = 0;
  let failures = 0;
  const showing = setInterval(() => {
    metrics.spoolMemoryBytes.set({ sensor }, spool.memoryBytes);
    metrics.sourcePaused.set({ sensor }, spool.full ? 1 : 0);
  }, SHOW_INTERVAL_MS);

  const mark = async (published: Position): Promise<void> => {
    await spool.mark(published);
    marked = published;
    markedMs = performance.now();
  };

  /** With nothing to do the mark is brought up: who looks at the disk must not take for waiting what is published. */
  const untilMore = async (published: Position, attempt: AbortSignal): Promise<void> => {
    let idle = true;
    const more = spool.waitForMore(attempt).then(() => {
      idle = false;
    });
    if (marked !== published) {
      await Promise.race([more, pause(MARK_INTERVAL_MS, attempt)]);
      if (idle) await mark(published);
    }
    await more;
  };

  const publishNext = async (): Promise<void> => {
    if (resumeDue || position === undefined) {
      await linkUp(bus, signal);
      resumeDue = false;
      connection = new AbortController();
      // What was acknowledged since the last mark need not go out again.
      if (position !== undefined) await mark(position);
      await resetConsumersAhead(bus, 'RAW', signal);
      position = spool.resume(await brokerLast(bus, subject, signal));
    }
    // A batch that may be stored already goes out as it was: cut anew, it would have another id and be stored twice.
    const again = inFlight !== undefined && comparePositions(inFlight.from, position) === 0;
    const next = again ? inFlight?.read : await spool.read(position, BATCH_BYTES);
    const attempt = AbortSignal.any([signal, connection.signal]);
    // Also woken when the link drops: a broker that came back without what it had acknowledged gets it at once.
    if (next === undefined) return untilMore(position, attempt);
    const { session, seq: first } = next.records[0];
    const range = { session, first, last: next.records[next.records.length - 1].seq };
    const id = rawMessageId(platform, sensor, range);
    inFlight = { from: position, read: next };
    const payload = encodeRawPayload(next.records);
    await publishDurably(bus, subject, id, payload, { signal: attempt });
    inFlight = undefined;
    position = next.next;
    if (performance.now() - markedMs > MARK_INTERVAL_MS) await mark(position);
    if (payload.length > BATCH_BYTES / 2) await pause((1000 * payload.length) / REPLAY_BYTES_PER_S, attempt);
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
  clearInterval(showing);
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
