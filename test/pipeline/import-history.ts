/**
 * A tree of historical daily files as the old script of one sensor left it over the years: seeded, the same bytes on every
 * machine, with what such trees really hold (FORMATS 0.1): pauses, rows of the next day at the end of a file, rows cut by the
 * time-out, blank lines, equal lines in one second, bytes that are no text, damaged rows, a last row without its line feed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compactDay, DAY_MS, isoMonth } from '@emso/core';
import { lineGenerator } from '../../services/cli/src/simulate/generate.ts';
import { type Random, randomOf, wholeBetween } from '../../services/cli/src/simulate/random.ts';

export interface HistoryOptions {
  readonly seed: number;
  readonly prefix: string;
  readonly firstDay: number;
  readonly days: number;
  readonly cadenceMs: number;
  /** Share of the time in which the script ran; the rest is pauses of up to half a day. */
  readonly uptime: number;
}

export interface History {
  /** Paths below the directory, in order of day. */
  readonly files: readonly string[];
  /** Rows with a valid stamp. */
  readonly rows: number;
  /** Rows without one. */
  readonly damaged: number;
}

/** Writes one file a day to `dir/YYYY-MM/`. */
export function writeHistory(dir: string, options: HistoryOptions): History {
  const files: string[] = [];
  let rows = 0;
  let damaged = 0;
  for (let day = options.firstDay; day < options.firstDay + options.days; day++) {
    const made = dayFile(day, options);
    const file = path.join(isoMonth(day), `${options.prefix}_${compactDay(day)}.dat`);
    mkdirSync(path.join(dir, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(dir, file), made.bytes);
    files.push(file);
    rows += made.rows;
    damaged += made.damaged;
  }
  return { files, rows, damaged };
}

/** One row in so many is odd, each in its own way. */
const ODD_ONE_IN = 400;

function dayFile(
  day: number,
  { seed, prefix, cadenceMs, uptime }: HistoryOptions,
): { bytes: Buffer; rows: number; damaged: number } {
  const random = randomOf(seed, `${prefix} ${day}`);
  const line = lineGenerator('aanderaa-optode', {}, random);
  const texts: string[] = [];
  let damaged = 0;
  const pause = pauseOf(random, uptime);
  for (let atMs = wholeBetween(random, 0, cadenceMs - 1); atMs < DAY_MS; atMs += cadenceMs) {
    if (atMs >= pause.fromMs && atMs < pause.toMs) continue;
    const timeMs = day * DAY_MS + atMs;
    const text = line(timeMs);
    const stamp = stampOf(timeMs);
    switch (wholeBetween(random, 1, ODD_ONE_IN)) {
      case 1: // The time-out of 4 s fell into the line.
        texts.push(`${stamp}${text.slice(0, 20)}`, `${stampOf(timeMs + 4000)}${text.slice(20)}`);
        break;
      case 2:
        texts.push(stamp);
        break;
      case 3:
        texts.push(`${stamp}${text}`, `${stamp}${text}`);
        break;
      case 4:
        texts.push(`${stamp}\u0000\u00ff\u0011${text}\\`);
        break;
      case 5: // The disk was full in the middle of the stamp, or the machine lost its power.
        texts.push(stamp.slice(0, 11), '\u0000'.repeat(32), `${stamp}${text}`);
        damaged += 2;
        break;
      default:
        texts.push(`${stamp}${text}`);
    }
  }
  const late = day * DAY_MS + DAY_MS;
  texts.push(`${stampOf(late)}${line(late)}`);
  const isTorn = wholeBetween(random, 1, 10) === 1;
  const bytes = Buffer.from(texts.join('\n') + (isTorn ? '' : '\n'), 'latin1');
  return { bytes, rows: texts.length - damaged, damaged };
}

/** When the script did not run on a day; half of the days on average lose twice the share. */
function pauseOf(random: Random, uptime: number): { fromMs: number; toMs: number } {
  const lengthMs = 2 * (1 - uptime) * random() * DAY_MS;
  const fromMs = random() * (DAY_MS - lengthMs);
  return { fromMs, toMs: fromMs + lengthMs };
}

function stampOf(timeMs: number): string {
  const [date, clock] = new Date(timeMs).toISOString().split('T');
  return `${date.replaceAll('-', '')} ${clock.slice(0, 8)}`;
}
