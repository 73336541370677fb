/**
 * The skeleton of a service that makes one stream into the next, sensor by sensor: one durable consumer each with one message in
 * hand, so that order survives redeliveries (PROMISE 9), and any number of processes that share the sensors.
 */
import { type Bus, connectBus } from './bus.ts';
import type { RunningService, ServiceContext } from './service.ts';
import { ACK_WAIT_MS, applyTopology, consumerName, type StreamName } from './topology.ts';
import { type Worker, work } from './worker.ts';

/** What a service needs to know of a sensor; its own plan of it has more. */
export interface SensorNames {
  readonly platform: { readonly id: string };
  readonly sensor: { readonly id: string };
}

export interface SensorServiceOptions<Plan extends SensorNames, Result> {
  /** Names the connection and begins the names of the consumers. */
  readonly role: string;
  readonly url: string;
  readonly stream: StreamName;
  /** Label of the metrics. */
  readonly stage: string;
  readonly plans: readonly Plan[];
  readonly subject: (platform: string, sensor: string) => string;
  /** What must be there before a message is computed, such as a state; the message comes again when it rejects. */
  readonly prepare?: (bus: Bus, plan: Plan, seq: number) => Promise<void>;
  /**
   * What the bytes of a message become: a function of them and of what was prepared. Where it throws, waiting would hold up the sensor for ever, so the
   * message is left out: its rows come from the raw archive (PROMISE 8).
   */
  readonly compute: (plan: Plan, payload: Uint8Array) => Result;
  /** Publishes the result; the message is acknowledged when this has resolved, and comes again when it rejects. */
  readonly publish: (bus: Bus, plan: Plan, result: Result) => Promise<void>;
}

/** Connects, makes sure that the streams are there, and works until the signal of the service. */
export async function serveSensors<Plan extends SensorNames, Result>(
  { log, metrics, signal, fail }: Pick<ServiceContext<unknown>, 'log' | 'metrics' | 'signal' | 'fail'>,
  options: SensorServiceOptions<Plan, Result>,
): Promise<RunningService> {
  const { role, stream, stage } = options;
  const bus = await connectBus({ url: options.url, name: role, log, metrics, fail, signal });
  await applyTopology(bus, { signal });
  // A broker may come back without its store.
  bus.onLink((up) => {
    if (!up) return;
    applyTopology(bus, { signal }).catch((error) => {
      if (!signal.aborted) fail(error);
    });
  });

  const workers = options.plans.map((plan): Worker => {
    const [platform, sensor] = [plan.platform.id, plan.sensor.id];
    const filterSubject = options.subject(platform, sensor);
    const durable = consumerName(role, platform, sensor);
    return work({
      bus,
      stream,
      consumer: { durable, filterSubject, maxAckPending: 1, ackWaitMs: ACK_WAIT_MS },
      stage,
      signal,
      async handler({ seq, data }) {
        await options.prepare?.(bus, plan, seq);
        let result: Result;
        try {
          result = options.compute(plan, data);
        } catch (err) {
          log.error(
            { reason: `${stream.toLowerCase()}-damaged`, sensor, seq, err },
            `message ${stream}/${seq} could not be understood: left out, its rows come from the raw archive; find out who published it, or report a bug`,
          );
          return 'ack';
        }
        await options.publish(bus, plan, result);
        return 'ack';
      },
    });
  });
  for (const worker of workers) worker.done.catch(fail);

  return {
    ready: () => workers.map((worker) => worker.ready()).find((state) => state !== true) ?? true,
    async stop() {
      await Promise.all(workers.map((worker) => worker.done));
      await bus.close();
    },
  };
}
