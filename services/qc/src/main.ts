/** Quality control of the fast path: OBS → QC, in strict order per sensor, with the functions that a rebuild uses. */
import {
  decodeMessage,
  derivedMessageId,
  encodeMessage,
  type ObservationMessage,
  obsSubject,
  QARTOD,
  qcSubject,
} from '@emso/core';
import { planObservatory, qualifyMessage, type SensorPlan, settingsFaults } from '@emso/pipeline';
import {
  ACK_WAIT_MS,
  applyTopology,
  connectBus,
  consumerName,
  ENV,
  openCache,
  publishDurably,
  runService,
  type Worker,
  work,
} from '@emso/runtime';
import { z } from 'zod';

/** One message in hand per sensor keeps its order over redeliveries; more processes share the sensors. */
const SENSOR_LIMITS = { maxAckPending: 1, ackWaitMs: ACK_WAIT_MS } as const;

await runService({
  name: 'qc',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL, EMSO_REDIS_URL: ENV.EMSO_REDIS_URL }),
  check: settingsFaults,
  async start({ config, log, metrics, signal, fail }) {
    const { plans } = planObservatory(config.observatory);
    const bus = await connectBus({ url: config.env.EMSO_NATS_URL, name: 'qc', log, metrics, fail, signal });
    await applyTopology(bus, { signal });
    // A broker may come back without its store.
    bus.onLink((up) => {
      if (!up) return;
      applyTopology(bus, { signal }).catch((error) => {
        if (!signal.aborted) fail(error);
      });
    });
    const latest = openCache(config.env.EMSO_REDIS_URL, log);
    const workers = plans.map(qualifySensor);

    function qualifySensor(plan: SensorPlan): Worker {
      const [platform, sensor] = [plan.platform.id, plan.sensor.id];
      return work({
        bus,
        stream: 'OBS',
        consumer: {
          durable: consumerName('qc', platform, sensor),
          filterSubject: obsSubject(platform, sensor),
          ...SENSOR_LIMITS,
        },
        stage: 'qc',
        signal,
        async handler(message) {
          let observations: ObservationMessage;
          try {
            observations = decodeMessage<ObservationMessage>(message.data);
          } catch (err) {
            // Its rows come from the raw archive; waiting for it to become readable would hold up the sensor for ever.
            log.error(
              { reason: 'obs-damaged', sensor, seq: message.seq, err },
              'expected observations, found something else: left out; find out who published it',
            );
            return 'ack';
          }
          const verdicts = qualifyMessage(plan, observations);
          const id = derivedMessageId('qc', platform, sensor, verdicts.range, verdicts.build, verdicts.revision);
          await publishDurably(bus, qcSubject(platform, sensor), id, encodeMessage(verdicts), { signal });
          for (const { verdicts: flags } of verdicts.rows) {
            for (const [variable, { flag, tests }] of Object.entries(flags)) {
              metrics.qcFlags.inc({ sensor, variable, flag: String(flag) });
              for (const [test, answer] of Object.entries(tests)) {
                if (answer === QARTOD.fail) metrics.qcTestFailures.inc({ sensor, test });
              }
            }
          }
          const last = verdicts.rows.at(-1);
          // Not awaited: a Redis that takes connections and answers nobody must not slow a catch-up down.
          if (last !== undefined) latest.setLatest(platform, sensor, JSON.stringify(last)).catch(fail);
          return 'ack';
        },
      });
    }

    for (const worker of workers) worker.done.catch(fail);

    return {
      ready: () => workers.map((worker) => worker.ready()).find((state) => state !== true) ?? true,
      async stop() {
        await Promise.all(workers.map((worker) => worker.done));
        latest.close();
        await bus.close();
      },
    };
  },
});
