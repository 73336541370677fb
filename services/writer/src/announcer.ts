/** What the writer tells the others: sealed files and events, in order, in the background. Files never wait for the broker. */
import { type Bus, type Log, publishDurably } from '@emso/runtime';

export interface Announcement {
  readonly subject: string;
  /** The same for every repetition of the same news. */
  readonly id: string;
  readonly body: unknown;
}

export class Announcer {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  #turn: Promise<void> = Promise.resolve();

  constructor(bus: Bus, log: Log, signal: AbortSignal) {
    this.#bus = bus;
    this.#log = log;
    this.#signal = signal;
  }

  /** Publishes after everything announced before; `then` runs when the broker has it, and never when stopped before that. */
  announce(announcements: readonly Announcement[], then: () => Promise<void> = async () => {}): void {
    this.#turn = this.#turn.then(async () => {
      try {
        for (const { subject, id, body } of announcements) {
          const payload = Buffer.from(JSON.stringify(body));
          await publishDurably(this.#bus, subject, id, payload, { signal: this.#signal });
        }
        await then();
      } catch (err) {
        if (this.#signal.aborted) return;
        this.#log.error(
          { reason: 'announcement', subjects: announcements.map(({ subject }) => subject), err },
          'an announcement could not be completed: it is made again after the next start',
        );
      }
    });
  }

  /** Resolves when nothing is in hand; soon after the signal. */
  async idle(): Promise<void> {
    await this.#turn;
  }
}
