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
import { planObservatory, qualifyMessage, settingsFaults } from '@emso/pipeline';
import { ENV, openCache, publishDurably, runService, serveSensors } from '@emso/runtime';
import { z } from 'zod';

await runService({
  name: 'qc',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL, EMSO_REDIS_URL: ENV.EMSO_REDIS_URL }),
  check: settingsFaults,
  async start(context) {
    const { config, log, metrics, signal, fail } = context;
    const latest = openCache(config.env.EMSO_REDIS_URL, log);
    const serving = await serveSensors(context, {
      role: 'qc',
      url: config.env.EMSO_NATS_URL,
      stream: 'OBS',
      stage: 'qc',
      plans: planObservatory(config.observatory).plans,
      subject: obsSubject,
      compute: (plan, payload) => qualifyMessage(plan, decodeMessage<ObservationMessage>(payload)),
      async publish(bus, plan, message) {
        const [platform, sensor] = [plan.platform.id, plan.sensor.id];
        const id = derivedMessageId('qc', platform, sensor, message.range, message.build, message.revision);
        await publishDurably(bus, qcSubject(platform, sensor), id, encodeMessage(message), { signal });
        for (const { verdicts } of message.rows) {
          for (const [variable, { flag, tests }] of Object.entries(verdicts)) {
            metrics.qcFlags.inc({ sensor, variable, flag: String(flag) });
            for (const [test, answer] of Object.entries(tests)) {
              if (answer === QARTOD.fail) metrics.qcTestFailures.inc({ sensor, test });
            }
          }
        }
        const last = message.rows.at(-1);
        // Not awaited: a Redis that takes connections and answers nobody must not slow a catch-up down.
        if (last !== undefined) latest.setLatest(platform, sensor, JSON.stringify(last)).catch(fail);
      },
    });
    return {
      ready: serving.ready,
      async stop() {
        await serving.stop();
        latest.close();
      },
    };
  },
});
