/** The archiver: every RAW message of every sensor, configured or not, into the raw archive; one fsync for many. */
import { eventSubject, isToken, type PlacedSensor, rejSubject } from '@emso/core';
import { ACK_WAIT_MS, type Bus, publishDurably, type Worker, workBatched } from '@emso/runtime';
import { readArrived } from './arrived.ts';
import type { ArrivedRecords, RawArchive } from './raw-archive.ts';
import type { SensorDays } from './sensor-days.ts';

/** One fsync for all that arrives in this time. */
const GATHER_MS = 5;
const MAX_MESSAGES = 256;

/** Starts the worker. `days` by `<platform>/<sensor>`. */
export function startArchiver(
  bus: Bus,
  archive: RawArchive,
  placed: readonly PlacedSensor[],
  days: ReadonlyMap<string, SensorDays>,
  signal: AbortSignal,
): Worker {
  const { log, metrics } = bus;
  const configured = new Set(placed.map(({ platform, sensor }) => `${platform.id}/${sensor.id}`));

  /** A message that is no records is kept as it is, where people find it, and the archive goes on with the others. */
  const setAside = async (subject: string, seq: number, payload: Uint8Array, err: unknown): Promise<void> => {
    log.error(
      { reason: 'raw-damaged', subject, seq, err },
      'expected raw records, found something else: kept under rej.archive; find out who published it',
    );
    const [, platform, sensor] = subject.split('.').map((token) => (isToken(token) ? token : 'unknown'));
    const id = `rej/archive/${subject}/${seq}`;
    await publishDurably(bus, rejSubject('archive', platform, sensor ?? 'unknown'), id, payload, { signal });
  };

  const report = async ({ platform, sensor }: ArrivedRecords, conflicts: ArrivedRecords['records']): Promise<void> => {
    const [{ session, seq }] = conflicts;
    metrics.rawConflicts.inc({ sensor }, conflicts.length);
    log.error(
      { reason: 'raw-conflict', sensor, session, seq, count: conflicts.length },
      'a record id came again with other bytes: both are kept; find out which acquirer reused it',
    );
    const id = `conflict/${platform}/${sensor}/${session}/${seq}`;
    const event = Buffer.from(JSON.stringify({ id, platform, sensor, session, seq, count: conflicts.length }));
    await publishDurably(bus, eventSubject(platform, sensor, 'conflict'), id, event, { signal });
  };

  return workBatched({
    bus,
    stream: 'RAW',
    consumer: { durable: 'archiver', filterSubject: 'raw.>', maxAckPending: MAX_MESSAGES, ackWaitMs: ACK_WAIT_MS },
    stage: 'archive',
    signal,
    maxMessages: MAX_MESSAGES,
    gatherMs: GATHER_MS,
    async handler(messages) {
      const nowMs = Date.now();
      const arrived: ArrivedRecords[] = [];
      for (const { subject, seq, data } of messages) {
        try {
          arrived.push(readArrived(subject, data));
        } catch (err) {
          await setAside(subject, seq, data, err);
        }
      }
      const outcomes = await archive.append(arrived, nowMs);
      for (let i = 0; i < arrived.length; i++) {
        const { platform, sensor, records } = arrived[i];
        const key = `${platform}/${sensor}`;
        const { added, conflicts } = outcomes[i];
        metrics.rawArchivedRecords.inc({ sensor }, added.length);
        if (!configured.has(key)) metrics.unknownSourceLines.inc(added.length);
        if (conflicts.length > 0) await report(arrived[i], conflicts);
        // Also for records that were known: the acknowledgement may have been lost before the day was marked.
        await days.get(key)?.archived(records, nowMs);
      }
      return 'ack';
    },
  });
}
