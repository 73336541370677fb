/** The decoder: RAW → OBS and REJ. Stateless: any number of processes share the work, in strict order per sensor. */
import { decodeRawPayload, derivedMessageId, encodeMessage, obsSubject, rawSubject, rejSubject } from '@emso/core';
import {
  type DecodedMessage,
  decodeMessageRecords,
  planObservatory,
  type SensorPlan,
  settingsFaults,
} from '@emso/pipeline';
import { type Bus, ENV, publishDurably, runService, serveSensors } from '@emso/runtime';
import { z } from 'zod';
import { inParts } from './parts.ts';

await runService({
  name: 'decoder',
  config: z.object({ EMSO_NATS_URL: ENV.EMSO_NATS_URL }),
  check: settingsFaults,
  start(context) {
    const { config, log, metrics, signal } = context;
    const { plans, notInstalled } = planObservatory(config.observatory);
    for (const { sensor } of notInstalled) {
      log.info({ sensor: sensor.id, model: sensor.model }, 'not decoded: this instrument model is not installed');
    }

    const publish = async (bus: Bus, plan: SensorPlan, message: DecodedMessage): Promise<void> => {
      const [platform, sensor] = [plan.platform.id, plan.sensor.id];
      const { observations, rejections, decoded } = message;
      const { range } = observations;
      const id = (stage: 'obs' | 'rej'): string => derivedMessageId(stage, platform, sensor, range, plan.build, 0);
      if (rejections !== undefined) {
        const subject = rejSubject('decode', platform, sensor);
        await publishDurably(bus, subject, id('rej'), encodeMessage(rejections), { signal });
      }
      await publishDurably(bus, obsSubject(platform, sensor), id('obs'), encodeMessage(observations), { signal });
      for (const { reason, error } of decoded.rejected) {
        metrics.decodeFailures.inc({ sensor, reason });
        if (error !== undefined)
          log.error(
            { reason: 'decoder-bug', sensor, range, err: error },
            'the decoder threw: the record is kept as a rejection; report this',
          );
      }
      metrics.samplesDecoded.inc({ sensor }, observations.rows.length);
      const last = observations.rows.at(-1);
      if (last !== undefined) metrics.lastSample.set({ sensor }, last.timeMs / 1000);
      if (last?.instrumentMs !== undefined)
        metrics.clockOffset.set({ sensor }, (last.instrumentMs - last.receivedMs) / 1000);
    };

    return serveSensors(context, {
      role: 'decoder',
      url: config.env.EMSO_NATS_URL,
      stream: 'RAW',
      stage: 'decode',
      plans,
      subject: rawSubject,
      compute: (plan, payload) =>
        inParts(decodeRawPayload(payload)).map((records) => decodeMessageRecords(plan, records)),
      async publish(bus, plan, messages) {
        for (const message of messages) await publish(bus, plan, message);
      },
    });
  },
});
