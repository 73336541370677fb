/** The decoder: RAW → OBS and REJ. Stateless: any number of processes share the work, in strict order per sensor. */
import {
  decodeRawPayload,
  derivedMessageId,
  encodeMessage,
  obsSubject,
  type RawRecord,
  rawSubject,
  rejSubject,
} from '@emso/core';
import { decodeMessageRecords, planObservatory, type SensorPlan, settingsFaults } from '@emso/pipeline';
import {
  ACK_WAIT_MS,
  applyTopology,
  connectBus,
  consumerName,
  ENV,
  publishDurably,
  runService,
  type Worker,
  work,
} from '@emso/runtime';
import { z } from 'zod';

/** One message in hand per sensor keeps its order over redeliveries; more processes share the sensors. */
const SENSOR_LIMITS = { maxAckPending: 1, ackWaitMs: ACK_WAIT_MS } as const;

await runService({
  name: 'decoder',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL }),
  check: settingsFaults,
  async start({ config, log, metrics, signal, fail }) {
    const { plans, notInstalled } = planObservatory(config.observatory);
    for (const { sensor } of notInstalled) {
      log.info({ sensor: sensor.id, model: sensor.model }, 'not decoded: this instrument model is not installed');
    }
    const bus = await connectBus({ url: config.env.EMSO_NATS_URL, name: 'decoder', log, metrics, fail, signal });
    await applyTopology(bus, { signal });
    // A broker may come back without its store.
    bus.onLink((up) => {
      if (!up) return;
      applyTopology(bus, { signal }).catch((error) => {
        if (!signal.aborted) fail(error);
      });
    });
    const workers = plans.map(decodeSensor);

    function decodeSensor(plan: SensorPlan): Worker {
      const [platform, sensor] = [plan.platform.id, plan.sensor.id];
      return work({
        bus,
        stream: 'RAW',
        consumer: {
          durable: consumerName('decoder', platform, sensor),
          filterSubject: rawSubject(platform, sensor),
          ...SENSOR_LIMITS,
        },
        stage: 'decode',
        signal,
        async handler(message) {
          let records: RawRecord[];
          try {
            records = decodeRawPayload(message.data);
          } catch (err) {
            // The archiver keeps it as it is; waiting for it to become readable would hold up the sensor for ever.
            log.error(
              { reason: 'raw-damaged', sensor, seq: message.seq, err },
              'expected raw records, found something else: left out; find out who published it',
            );
            return 'ack';
          }
          const { observations, rejections, decoded } = decodeMessageRecords(plan, records);
          const { range } = observations;
          for (const { reason, error } of decoded.rejected) {
            metrics.decodeFailures.inc({ sensor, reason });
            if (error !== undefined)
              log.error(
                { reason: 'decoder-bug', sensor, range, err: error },
                'the decoder threw: the record is kept as a rejection; report this',
              );
          }
          const id = (stage: 'obs' | 'rej'): string => derivedMessageId(stage, platform, sensor, range, plan.build, 0);
          if (rejections !== undefined) {
            await publishDurably(bus, rejSubject('decode', platform, sensor), id('rej'), encodeMessage(rejections), {
              signal,
            });
          }
          await publishDurably(bus, obsSubject(platform, sensor), id('obs'), encodeMessage(observations), { signal });
          metrics.samplesDecoded.inc({ sensor }, observations.rows.length);
          const last = observations.rows.at(-1);
          if (last !== undefined) metrics.lastSample.set({ sensor }, last.timeMs / 1000);
          if (last?.instrumentMs !== undefined)
            metrics.clockOffset.set({ sensor }, (last.instrumentMs - last.receivedMs) / 1000);
          return 'ack';
        },
      });
    }

    for (const worker of workers) worker.done.catch(fail);

    return {
      ready: () => workers.map((worker) => worker.ready()).find((state) => state !== true) ?? true,
      async stop() {
        await Promise.all(workers.map((worker) => worker.done));
        await bus.close();
      },
    };
  },
});
