/**
 * The flags of each sensor at work, and where they are kept: a state that is small lies in the bucket, one that is large is found
 * again by reading OBS. A state is owned by whoever wrote it last; the guard tells the others.
 */
import { decodeMessage, type ObservationMessage, obsSubject } from '@emso/core';
import { type FlagState, LiveFlags, type SensorPlan } from '@emso/pipeline';
import { type Bus, historyOf, LostGuard, SensorStates } from '@emso/runtime';

/** Beyond this a state costs more to write than to find again. */
const INLINE_BYTES = 64 * 1024;
const BUCKET = 'qc-state';
const HOUR_MS = 3_600_000;

/** What lies in the bucket: without the state where it was too large. */
interface SavedFlags {
  readonly state?: FlagState;
}

export class FlagStates {
  readonly #owned = new Map<string, { flags: LiveFlags; revision: number; rowBytes: number }>();

  /** The flags of a sensor. `load` must have resolved. */
  of(plan: SensorPlan): LiveFlags {
    const owned = this.#owned.get(keyOf(plan));
    if (owned === undefined) throw new Error(`qc: expected the state of ${plan.sensor.id} to be loaded`);
    return owned.flags;
  }

  /** Loads the state of a sensor, where it is not at hand, as it was before message `seq` of OBS. */
  async load(bus: Bus, plan: SensorPlan, seq: number): Promise<void> {
    const key = keyOf(plan);
    if (this.#owned.has(key)) return;
    const saved = await new SensorStates(bus, BUCKET).load(key);
    const known = saved === undefined ? undefined : (JSON.parse(new TextDecoder().decode(saved.value)) as SavedFlags);
    const flags = known?.state === undefined ? await replayed(bus, plan, seq) : new LiveFlags(plan, known.state);
    this.#owned.set(key, { flags, revision: saved?.revision ?? 0, rowBytes: 0 });
  }

  /** Writes the state of a sensor. Rejects, and forgets it, when somebody else has written it. */
  async save(bus: Bus, plan: SensorPlan): Promise<void> {
    const key = keyOf(plan);
    const owned = this.#owned.get(key);
    if (owned === undefined) return;
    const encoded = (saved: SavedFlags): Uint8Array => new TextEncoder().encode(JSON.stringify(saved));
    // Rows of a sensor are as long as they were the last time: what will prove too large is not encoded to see that it is.
    const isLarge = owned.flags.size * owned.rowBytes > INLINE_BYTES;
    let bytes = encoded(isLarge ? {} : { state: owned.flags.state() });
    if (bytes.length > INLINE_BYTES) {
      owned.rowBytes = bytes.length / owned.flags.size;
      bytes = encoded({});
    }
    const states = new SensorStates(bus, BUCKET);
    owned.revision = await states.save(key, bytes, owned.revision).catch(async (error: unknown) => {
      // A broker that came back without its store has no owner either.
      if (error instanceof LostGuard && (await states.load(key)) === undefined) return await states.save(key, bytes, 0);
      throw error;
    });
  }

  /** What is at hand of a sensor is not what lies in the bucket: it is loaded again before the next message. */
  forget(plan: SensorPlan): void {
    this.#owned.delete(keyOf(plan));
  }
}

/** The state that the observations before message `seq` leave: those within reach are all that counts. */
async function replayed(bus: Bus, plan: SensorPlan, seq: number): Promise<LiveFlags> {
  const flags = new LiveFlags(plan);
  const subject = obsSubject(plan.platform.id, plan.sensor.id);
  const reachMs = plan.tests.lookbackMs + plan.tests.lookaheadMs + HOUR_MS;
  for await (const payload of historyOf(bus, { stream: 'OBS', subject, reachMs, beforeSeq: seq })) {
    flags.judge(decodeMessage<ObservationMessage>(payload));
  }
  return flags;
}

function keyOf({ platform, sensor }: SensorPlan): string {
  return `${platform.id}.${sensor.id}`;
}
