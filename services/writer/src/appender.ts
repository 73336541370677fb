/** The fast path into the files: verdict messages of one sensor, in strict order. */
import { decodeMessage, qcSubject, type VerdictMessage } from '@emso/core';
import { ACK_WAIT_MS, type Bus, consumerName, type Worker, work } from '@emso/runtime';
import type { RawArchive } from './raw-archive.ts';
import type { SensorDays } from './sensor-days.ts';

/** One message in hand per sensor keeps its order over redeliveries; more processes share the sensors. */
const SENSOR_LIMITS = { maxAckPending: 1, ackWaitMs: ACK_WAIT_MS } as const;
/** Verdicts arrive after their raw records by a few milliseconds; a slow archiver is waited for this long before asking again. */
const ARCHIVE_WAIT_MS = 1000;
/** So often a verdict asks for raw records before it is given up: they may have been lost with a broker that kept the verdict. */
const ARCHIVE_ATTEMPTS = 30;

/** Starts the worker. What it leaves out is never lost: rows follow from the raw archive alone. */
export function startAppender(bus: Bus, archive: RawArchive, days: SensorDays, signal: AbortSignal): Worker {
  const { log } = bus;
  const [platform, sensor] = [days.plan.platform.id, days.plan.sensor.id];
  return work({
    bus,
    stream: 'QC',
    consumer: {
      durable: consumerName('writer', platform, sensor),
      filterSubject: qcSubject(platform, sensor),
      ...SENSOR_LIMITS,
    },
    stage: 'product',
    signal,
    async handler(message) {
      let verdicts: VerdictMessage;
      try {
        verdicts = decodeMessage<VerdictMessage>(message.data);
      } catch (err) {
        log.error(
          { reason: 'qc-damaged', sensor, seq: message.seq, err },
          'expected verdicts, found something else: left out, the rows come from the raw archive; find out who published it',
        );
        return 'ack';
      }
      const { range } = verdicts;
      if (await archive.waitFor(platform, sensor, range, ARCHIVE_WAIT_MS)) {
        await days.verdicts(verdicts);
        return 'ack';
      }
      if (message.info.deliveryCount < ARCHIVE_ATTEMPTS) return { nakMs: ARCHIVE_WAIT_MS };
      log.warn(
        { reason: 'verdict-without-raw', sensor, range },
        'the raw records of a verdict are not in the archive: left out; should they come, their rows follow from them',
      );
      return 'ack';
    },
  });
}
