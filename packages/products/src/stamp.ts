/**
 * Times as ASCII, straight into a byte array. Rows come in order and many share a minute, so its text is kept and only
 * what follows is written anew.
 */
import { isoMs } from '@emso/core';

/** Bytes of `YYYY-MM-DDTHH:MM:SS.mmmZ`, the longest stamp there is. */
export const STAMP_BYTES = 24;
/** Bytes of `YYYY-MM-DDTHH:MM:`. */
const MINUTE_BYTES = 17;
const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1440;

/** Writes ISO 8601 stamps; one writer for a run of rows. */
export class StampWriter {
  #minute = Number.NaN;
  #day = Number.NaN;
  #text = new Uint8Array(MINUTE_BYTES);

  /**
   * Writes a time (epoch ms UTC, whole) at `at` and returns the offset behind it. Milliseconds are written always, or
   * only where they are not zero. Throws on anything but a time of the years 0 to 9999.
   */
  write(out: Uint8Array, at: number, timeMs: number, milliseconds: 'always' | 'not-zero'): number {
    const minute = Math.floor(timeMs / MINUTE_MS);
    if (minute !== this.#minute) this.#turn(minute, timeMs);
    const text = this.#text;
    for (let i = 0; i < MINUTE_BYTES; i++) out[at + i] = text[i];
    const rest = (timeMs - minute * MINUTE_MS) | 0;
    const second = (rest / 1000) | 0;
    const ms = rest - second * 1000;
    at += MINUTE_BYTES;
    out[at++] = 48 + ((second / 10) | 0);
    out[at++] = 48 + (second % 10);
    if (ms !== 0 || milliseconds === 'always') {
      out[at++] = 46; // .
      out[at++] = 48 + ((ms / 100) | 0);
      out[at++] = 48 + (((ms / 10) | 0) % 10);
      out[at++] = 48 + (ms % 10);
    }
    out[at++] = 90; // Z
    return at;
  }

  #turn(minute: number, timeMs: number): void {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    if (day !== this.#day) {
      const text =
        Number.isFinite(timeMs) && Math.abs(timeMs) < 8.64e15 ? isoMs(day * MINUTES_PER_DAY * MINUTE_MS) : '';
      if (text.length !== STAMP_BYTES)
        throw new Error(`time: expected epoch ms of the years 0 to 9999, found ${timeMs}`);
      for (let i = 0; i < MINUTE_BYTES; i++) this.#text[i] = text.charCodeAt(i);
      this.#day = day;
    }
    const ofDay = minute - day * MINUTES_PER_DAY;
    const hour = Math.floor(ofDay / 60);
    writePair(this.#text, 11, hour);
    writePair(this.#text, 14, ofDay - hour * 60);
    this.#minute = minute;
  }
}

function writePair(out: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  out[at] = 48 + tens;
  out[at + 1] = 48 + value - tens * 10;
}
