/** Quality control of the fast path: OBS → QC, in strict order per sensor, with the functions that a rebuild uses. */
import {
  decodeMessage,
  derivedMessageId,
  encodeMessage,
  flagsInForce,
  type ObservationMessage,
  obsSubject,
  qcSubject,
} from '@emso/core';
import { expertFaults, planObservatory, settingsFaults } from '@emso/pipeline';
import { ENV, loadExpertFacts, openCache, publishDurably, runService, serveSensors } from '@emso/runtime';
import { z } from 'zod';
import { FlagStates } from './flag-states.ts';
import { countVerdicts } from './verdict-counts.ts';

await runService({
  name: 'qc',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL, EMSO_REDIS_URL: ENV.EMSO_REDIS_URL }),
  check: settingsFaults,
  async start(context) {
    const { config, log, metrics, signal, fail } = context;
    const { observatory, observatoryFile } = config;
    const facts = loadExpertFacts(observatoryFile, (flags) => expertFaults(planObservatory(observatory), flags));
    const latest = openCache(config.env.EMSO_REDIS_URL, log);
    const states = new FlagStates();
    const serving = await serveSensors(context, {
      role: 'qc',
      url: config.env.EMSO_NATS_URL,
      stream: 'OBS',
      stage: 'qc',
      plans: planObservatory(observatory, flagsInForce(facts.flags)).plans,
      subject: obsSubject,
      prepare: (bus, plan, seq) => states.load(bus, plan, seq),
      compute: (plan, payload) => states.of(plan).judge(decodeMessage<ObservationMessage>(payload)),
      async publish(bus, plan, { verdicts: message, revised }) {
        const [platform, sensor] = [plan.platform.id, plan.sensor.id];
        try {
          for (const each of [...revised, message]) {
            const id = derivedMessageId('qc', platform, sensor, each.range, each.build, each.revision);
            await publishDurably(bus, qcSubject(platform, sensor), id, encodeMessage(each), { signal });
          }
          await states.save(bus, plan);
        } catch (error) {
          // The message comes again, and must find the state that it found this time.
          states.forget(plan);
          throw error;
        }
        countVerdicts(metrics, message);
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
