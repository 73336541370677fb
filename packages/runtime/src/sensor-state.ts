/**
 * What a service remembers of each sensor, in a NATS key-value bucket (`nats kv get qc-state …` shows it). Every write names the
 * revision it follows: whoever finds another one is not the owner any more, and loads again (PROMISE 10).
 */
import { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import { isNotFound } from './topology.ts';

/** Another process has written since this one read. */
export class LostGuard extends Error {
  override readonly name = 'LostGuard';
}

export interface SavedState {
  readonly value: Uint8Array;
  readonly revision: number;
}

const WRONG_LAST_SEQUENCE = 10_071;
const MIB = 1024 * 1024;

/** A bucket of states by key; tokens of a key are those of subjects. It is made when it is first written to. */
export class SensorStates {
  readonly #bus: Bus;
  readonly #bucket: string;

  constructor(bus: Bus, bucket: string) {
    this.#bus = bus;
    this.#bucket = bucket;
  }

  /** The state of a key; undefined when there is none, or no bucket. Rejects when the broker does not answer. */
  async load(key: string): Promise<SavedState | undefined> {
    try {
      const found = await this.#bus.jsm.streams.getMessage(this.#stream, { last_by_subj: this.#subject(key) });
      return found === null ? undefined : { value: found.data, revision: found.seq };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Writes a state that follows `revision` (0: the first one); gives its revision. Rejects with LostGuard when it does not. */
  async save(key: string, value: Uint8Array, revision: number): Promise<number> {
    try {
      return await this.#write(key, value, revision);
    } catch (error) {
      if (error instanceof LostGuard || error instanceof JetStreamApiError) throw error;
      // Nobody answers: there is no bucket yet, or the broker came back without it. Other sensors may make it meanwhile.
      if (await this.#isThere()) return await this.#write(key, value, revision);
      await this.#create();
      return await this.#write(key, value, 0);
    }
  }

  async #write(key: string, value: Uint8Array, lastSubjectSequence: number): Promise<number> {
    try {
      const { seq } = await this.#bus.js.publish(this.#subject(key), value, { expect: { lastSubjectSequence } });
      return seq;
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== WRONG_LAST_SEQUENCE) throw error;
      throw new LostGuard(
        `${this.#bucket}/${key}: expected to follow revision ${lastSubjectSequence}, found another one`,
      );
    }
  }

  async #isThere(): Promise<boolean> {
    try {
      await this.#bus.jsm.streams.info(this.#stream);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #create(): Promise<void> {
    await this.#bus.jsm.streams.add({
      name: this.#stream,
      subjects: [`$KV.${this.#bucket}.>`],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      max_msgs_per_subject: 1,
      max_bytes: 64 * MIB,
      max_msg_size: MIB,
      num_replicas: 1,
      allow_rollup_hdrs: true,
      deny_delete: true,
      allow_direct: true,
    });
  }

  get #stream(): string {
    return `KV_${this.#bucket}`;
  }

  #subject(key: string): string {
    return `$KV.${this.#bucket}.${key}`;
  }
}
