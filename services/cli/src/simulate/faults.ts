/** What goes wrong on a line and when: a plan is a list of faults, drawn from a seed or written by hand. */
import { type Random, randomOf, wholeBetween } from './random.ts';

/**
 * `cut`: the connection is reset in the middle of a line. `silence`: a pause inside a line. `reset`: the connection is reset
 * between lines. `half-close`: the box says goodbye (FIN) between lines. `flood`: lines as fast as they go.
 * `noise`: NUL, XON, XOFF and 0xFF in and around a line. `overlong`: an extra line without an end in sight.
 * `binary`: an extra line of garbage.
 */
export const FAULT_KINDS = ['cut', 'silence', 'reset', 'half-close', 'flood', 'noise', 'overlong', 'binary'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly sensor: string;
  /** It strikes at the first line with a listener after so many lines have left. */
  readonly afterLines: number;
  readonly kind: FaultKind;
  /** Milliseconds of silence, lines of a flood, bytes of an over-long or binary line; no meaning for the others. */
  readonly amount: number;
}

export type FaultPlan = readonly Fault[];

/** What `amount` is when a plan does not say it. */
export const DEFAULT_AMOUNT: Readonly<Record<FaultKind, number>> = {
  cut: 0,
  silence: 5000,
  reset: 0,
  'half-close': 0,
  flood: 500,
  noise: 0,
  overlong: 9000,
  binary: 200,
};

/** Each kind of fault once for every sensor, in drawn order, spread over the first `lines` lines. */
export function randomFaults(seed: number, sensors: readonly string[], lines: number): FaultPlan {
  return sensors.flatMap((sensor) => {
    const random = randomOf(seed, `faults ${sensor}`);
    const share = lines / FAULT_KINDS.length;
    return shuffled(FAULT_KINDS, random).map((kind, i): Fault => {
      const afterLines = Math.floor(share * i) + wholeBetween(random, 1, Math.max(1, Math.floor(share) - 1));
      return { sensor, afterLines, kind, amount: DEFAULT_AMOUNT[kind] };
    });
  });
}

const LIST_ITEM = /^(?:([a-z0-9-]+):)?([a-z-]+)@(\d+)(?:=(\d+))?$/;

/**
 * A plan as typed: `[SENSOR:]KIND@AFTER_LINES[=AMOUNT]`, comma between; without a sensor it is meant for all. Throws with the
 * item that is not understood.
 */
export function parseFaults(text: string, sensors: readonly string[]): FaultPlan {
  return text.split(',').flatMap((item) => {
    const [, named, kindText, after, amount] = LIST_ITEM.exec(item.trim()) ?? [];
    const kind = FAULT_KINDS.find((known) => known === kindText);
    if (kind === undefined) {
      throw new Error(
        `expected faults such as cut@10 or oxygen:silence@20=6000, of the kinds ${FAULT_KINDS.join(', ')}, found '${item}'`,
      );
    }
    return (named === undefined ? sensors : [named]).map((sensor) => ({
      sensor,
      afterLines: Number(after),
      kind,
      amount: amount === undefined ? DEFAULT_AMOUNT[kind] : Number(amount),
    }));
  });
}

const NUL = 0x00;
const XON = 0x11;
const XOFF = 0x13;
const ERASED = 0xff;
const LINE_FEED = 0x0a;
const LINE_END = '\r\n';

/** A line with the bytes of a bad connection before it and XON, XOFF and NUL inside; its values and line end stay. */
export function noisy(line: Buffer, random: Random): Buffer {
  const out: number[] = [ERASED, NUL, XOFF, XON];
  line.forEach((byte, i) => {
    if (i > 0 && i < line.length - 2 && random() < 0.1) out.push([NUL, XON, XOFF][wholeBetween(random, 0, 2)]);
    out.push(byte);
  });
  // One at least, however lucky the draw, and an erased byte in about half of the lines: that one no decoder may drop.
  out.splice(wholeBetween(random, 5, out.length - 3), 0, XOFF, XON);
  if (random() < 0.5) out.splice(wholeBetween(random, 5, out.length - 3), 0, ERASED);
  return Buffer.from(out);
}

/** A line of `length` bytes and a line end: digits and blanks, as when an instrument has lost its line ends. */
export function overlong(length: number, random: Random): Buffer {
  let text = '';
  while (text.length < length) text += `${(random() * 100).toFixed(4)}, `;
  return Buffer.from(`${text.slice(0, length)}${LINE_END}`, 'latin1');
}

/** `length` bytes of anything but a line feed, and a line end. */
export function garbage(length: number, random: Random): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) {
    const byte = wholeBetween(random, 0, 254);
    bytes[i] = byte >= LINE_FEED ? byte + 1 : byte;
  }
  return Buffer.concat([bytes, Buffer.from(LINE_END, 'latin1')]);
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = wholeBetween(random, 0, i);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}
