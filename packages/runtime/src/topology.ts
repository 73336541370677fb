/**
 * Streams and consumers as data, applied by whichever service starts first and checked by all. A field that the server
 * holds differently and cannot change stops the service with that field's name: an old server silently ignores what it does
 * not know, and RAW must never be narrowed by a configuration mistake.
 */
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Bus } from './bus.ts';
import { linkUp, whileUp } from './bus.ts';
import { isWorthLogging, retry } from './retry.ts';

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

export type StreamName = 'RAW' | 'OBS' | 'QC' | 'REJ' | 'PRODUCT' | 'EVENT';
/** Limit of each stream in bytes. */
export type StreamSizes = Readonly<Record<StreamName, number>>;

/** Room for 400 days of RAW at more than ten times today's 0.5 MB a day, and for months of everything that is derived. */
export const STREAM_SIZES: StreamSizes = {
  RAW: 4096 * MIB,
  OBS: 1024 * MIB,
  QC: 1024 * MIB,
  REJ: 256 * MIB,
  PRODUCT: 64 * MIB,
  EVENT: 64 * MIB,
};

interface StreamPlan {
  readonly name: StreamName;
  readonly maxAgeDays: number;
  /** `new` makes the publisher see a full stream; `old` forgets the oldest. */
  readonly discard: DiscardPolicy;
  /** Neither messages nor limits may be taken away by a program: only a person, who deletes the whole stream. */
  readonly sacred: boolean;
}

const STREAMS: readonly StreamPlan[] = [
  { name: 'RAW', maxAgeDays: 400, discard: DiscardPolicy.New, sacred: true },
  { name: 'OBS', maxAgeDays: 14, discard: DiscardPolicy.Old, sacred: false },
  { name: 'QC', maxAgeDays: 14, discard: DiscardPolicy.Old, sacred: false },
  { name: 'REJ', maxAgeDays: 365, discard: DiscardPolicy.Old, sacred: false },
  { name: 'PRODUCT', maxAgeDays: 365, discard: DiscardPolicy.Old, sacred: false },
  { name: 'EVENT', maxAgeDays: 365, discard: DiscardPolicy.Old, sacred: false },
];

/** Long enough for a restart of the broker; nothing depends on it (PROMISE 2). */
const DUPLICATE_WINDOW_MS = 10 * 60_000;

function streamConfig(plan: StreamPlan, sizes: StreamSizes) {
  return {
    name: plan.name,
    subjects: [`${plan.name.toLowerCase()}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: plan.discard,
    max_age: nanos(plan.maxAgeDays * DAY_MS),
    max_bytes: sizes[plan.name],
    max_msg_size: MIB,
    num_replicas: 1,
    deny_delete: plan.sacred,
    deny_purge: plan.sacred,
  } satisfies Partial<StreamConfig>;
}

/** What the server holds differs in a way that must not or cannot be changed from here. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
}

export interface ApplyOptions {
  readonly sizes?: StreamSizes;
  /** Of streams that are created; one that is there keeps its own. */
  readonly duplicateWindowMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Creates or updates every stream and compares what the server answers, field by field. Calling it again, or from several
 * services at once, changes nothing. Waits while the broker does not answer; throws TopologyError on a difference that
 * cannot be applied, and the signal's reason when aborted.
 */
export async function applyTopology(bus: Bus, options: ApplyOptions = {}): Promise<void> {
  for (const plan of STREAMS) {
    const wanted = streamConfig(plan, options.sizes ?? STREAM_SIZES);
    const windowMs = options.duplicateWindowMs ?? DUPLICATE_WINDOW_MS;
    await asked(bus, `stream ${plan.name}`, options.signal, () => applyStream(bus, plan, wanted, windowMs));
  }
}

async function applyStream(
  bus: Bus,
  plan: StreamPlan,
  wanted: ReturnType<typeof streamConfig>,
  windowMs: number,
): Promise<void> {
  const { streams } = bus.jsm;
  let found = await streams.info(plan.name).catch(ifNotFound);
  if (found === undefined) found = await streams.add({ ...wanted, duplicate_window: nanos(windowMs) });
  const different = differences(wanted, found.config);
  if (different.length === 0) return;
  if (plan.sacred) {
    for (const field of ['max_age', 'max_bytes'] as const) {
      const held = found.config[field];
      if (held <= 0 || wanted[field] < held)
        refuse(`stream ${plan.name}`, field, wanted[field], held, 'narrowing it may delete raw data');
    }
  }
  const updated = await streams.update(plan.name, wanted).catch((error: unknown) => {
    if (!(error instanceof JetStreamApiError) || isTransient(error)) throw error;
    const [field] = different;
    return refuse(
      `stream ${plan.name}`,
      field,
      wanted[field],
      found.config[field],
      `the server says: ${error.message}`,
    );
  });
  for (const field of differences(wanted, updated.config)) {
    refuse(`stream ${plan.name}`, field, wanted[field], updated.config[field], 'the server kept its own value');
  }
  bus.log.info({ stream: plan.name, fields: different }, 'stream updated');
}

/** Name of the durable of a role for one sensor; two sensors that would share it are told apart by `ensureConsumer`. */
export function consumerName(role: string, platform: string, sensor: string): string {
  return `${role}-${platform}-${sensor}`;
}

/**
 * How long a killed worker's messages stay with it. Short, because that is how long its sensors stand still; workers say "still
 * working" meanwhile, so a long handler is no reason to raise it.
 */
export const ACK_WAIT_MS = 5000;

export interface ConsumerLimits {
  /** Messages delivered and not yet acknowledged; 1 keeps the order over redeliveries. */
  readonly maxAckPending: number;
  /** Longer than the longest silence of a handler; the worker says "still working" at a third of it. */
  readonly ackWaitMs: number;
}

/**
 * Creates the durable pull consumer, or brings its limits up to date: explicit acks, everything from the start of the stream,
 * no end to deliveries. Waits while the broker does not answer. Throws TopologyError when the name is taken by a consumer
 * of another kind or subject.
 */
export async function ensureConsumer(
  bus: Bus,
  stream: StreamName,
  durable: string,
  filterSubject: string,
  limits: ConsumerLimits,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    filter_subject: filterSubject,
    max_deliver: -1,
    max_ack_pending: limits.maxAckPending,
    ack_wait: nanos(limits.ackWaitMs),
  } satisfies Partial<ConsumerConfig>;
  const what = `consumer ${stream}/${durable}`;
  await asked(bus, what, signal, async () => {
    const { consumers } = bus.jsm;
    const found =
      (await consumers.info(stream, durable).catch(ifNotFound)) ??
      (await consumers.add(stream, { ...wanted, deliver_policy: DeliverPolicy.All }));
    const { deliver_policy: from } = found.config;
    // One that was set back begins in the middle, and nothing before that was left out.
    if (from !== DeliverPolicy.All && from !== DeliverPolicy.StartSequence) {
      refuse(what, 'deliver_policy', DeliverPolicy.All, from, 'delete the consumer');
    }
    const different = differences(wanted, found.config);
    if (different.length === 0) return;
    for (const field of ['filter_subject', 'ack_policy'] as const) {
      if (different.includes(field)) {
        refuse(
          what,
          field,
          wanted[field],
          found.config[field],
          'delete the consumer, or rename the sensor that shares its name',
        );
      }
    }
    const updated = await consumers.update(stream, durable, wanted);
    for (const field of differences(wanted, updated.config)) {
      refuse(what, field, wanted[field], updated.config[field], 'the server kept its own value: delete the consumer');
    }
  });
}

/**
 * Sets consumers back that are further than their stream: a broker that lost its newest messages numbers the next ones like
 * those it lost, and such a consumer would pass over them. To be awaited on every connection before publishing into the stream:
 * afterwards nobody can tell any more. A stream that is not there has none.
 */
export async function resetConsumersAhead(bus: Bus, stream: StreamName, signal?: AbortSignal): Promise<void> {
  await asked(bus, `consumers of ${stream}`, signal, async () => {
    const { consumers, streams } = bus.jsm;
    const infos: ConsumerInfo[] = [];
    try {
      for await (const info of consumers.list(stream)) infos.push(info);
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    // Asked after the consumers: it only grows, so that who is ahead of it is ahead in truth.
    const { last_seq: lastSeq } = (await streams.info(stream)).state;
    for (const { name, config, delivered, ack_floor: floor } of infos) {
      if (delivered.stream_seq <= lastSeq) continue;
      bus.log.error(
        { reason: 'broker-rolled-back', stream, consumer: name, delivered: delivered.stream_seq, lastSeq },
        `consumer ${stream}/${name} had message ${delivered.stream_seq} and the stream ends at ${lastSeq}: the broker lost its newest messages, the spool sends them again; check its disk and sync_interval`,
      );
      await consumers.delete(stream, name).catch(ifNotFound);
      const from = Math.min(floor.stream_seq, lastSeq) + 1;
      const again = { ...config, deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
      await consumers.add(stream, again).catch((error: unknown) => {
        // Its worker was faster: it starts at the beginning, which repeats more and skips nothing.
        if (!(error instanceof JetStreamApiError) || isTransient(error)) throw error;
        bus.log.warn({ err: error, consumer: name }, 'the consumer was created by its worker meanwhile');
      });
    }
  });
}

function refuse(what: string, field: string, wanted: unknown, found: unknown, why: string): never {
  throw new TopologyError(
    `${what}: expected ${field} = ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}; ${why}. Change it by hand on the server, or the setting here`,
  );
}

/** Fields of `wanted` that `found` holds differently. */
function differences<T extends object>(wanted: T, found: Partial<Record<keyof T, unknown>>): (keyof T & string)[] {
  return (Object.keys(wanted) as (keyof T & string)[]).filter(
    (field) => JSON.stringify(wanted[field]) !== JSON.stringify(found[field]),
  );
}

/** True when the broker says that it has no such stream or consumer. */
export function isNotFound(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.ConsumerNotFound || error.code === JetStreamApiCodes.StreamNotFound)
  );
}

function ifNotFound(error: unknown): undefined {
  if (isNotFound(error)) {
    // A consumer can only be created in a stream that exists: that error comes back from the creation.
    return undefined;
  }
  throw error;
}

/** Everything but a clear refusal: no answer, JetStream still booting, a lost link. */
function isTransient(error: unknown): boolean {
  if (error instanceof TopologyError) return false;
  if (error instanceof JetStreamApiError)
    return error.status === 503 || error.code === JetStreamApiCodes.StreamNotFound;
  return true;
}

function asked<T>(bus: Bus, what: string, signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T> {
  const whenUp = async (): Promise<T> => {
    await linkUp(bus, signal);
    signal?.throwIfAborted();
    return whileUp(bus, action());
  };
  return retry(whenUp, {
    backoff: { firstMs: 100, capMs: 2000 },
    signal,
    onError: (error, attempt) => {
      if (!isTransient(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (attempt > 0 && isWorthLogging(attempt)) {
        bus.log.warn(
          { reason: 'topology-retry', what },
          `${what}: the broker does not give it yet (${message}): asking again`,
        );
      }
    },
  });
}
