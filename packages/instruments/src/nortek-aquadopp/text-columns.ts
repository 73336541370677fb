/**
 * Text of an Aquadopp: one line a sample, columns between blanks, date in US order. Nortek Aquadopp user guide, "ASCII
 * output" and "Data conversion".
 *
 * 09 07 2010 12 00 00 00000000 00111100    1.088   -0.112   -1.126    30    26    25  13.0 1448.9 1452.9  41.7  53.5 -53.9   4.086   4.064  11.43     0 14489    1.094    95.89
 * │                   │        │           │        │        │        │     │     │     │    │      │       │     │     │      │       │      │         │     │        │        └ CDIR
 * │                   │        │           │        │        │        │     │     │     │    │      │       │     │     │      │       │      │         │     │        └ CSPD, m/s
 * │                   │        │           │        │        │        │     │     │     │    │      │       │     │     │      │       │      │         └─────┴ analogue inputs
 * │                   │        │           │        │        │        │     │     │     │    │      │       │     │     │      │       │      └ TEMP, degC
 * │                   │        │           │        │        │        │     │     │     │    │      │       │     │     │      └───────┴ PRES, dbar; the same in m (27 columns)
 * │                   │        │           │        │        │        │     │     │     │    │      │       └─────┴─────┴ HEADING, PITCH, ROLL, degree
 * │                   │        │           │        │        │        │     │     │     │    └──────┴ SSPEED, m/s; the one that was used (27 columns)
 * │                   │        │           │        │        │        └─────┴─────┴─────┴ AMP1–3, counts; BATTERY, V
 * │                   │        │           └────────┴────────┴ velocities, m/s: UCUR, VCUR, WCUR, or XYZ, or of the beams
 * │                   └────────┴ error and status, bit 7 first: the last of the status says that the head points down
 * └ MM DD YYYY hh mm ss
 *
 * 25 columns, of older software, lack the sound speed that was used and the pressure in metres. A profiler prints
 * `MM DD YYYY hh mm ss error status BATTERY SSPEED HEADING PITCH ROLL PRES TEMP analogue analogue beams cells`, and then
 * one line a cell.
 */
import { openRow } from '@emso/core';
import { isDigit, isSpace, POINT, skipBlanks, skipDigits, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, IGNORED, reject } from '../define.ts';
import { DECIMALS, scanDecimal, scanned, VALUE } from '../numbers.ts';
import { refuse } from './chatter.ts';
import { scanUsTime } from './clock.ts';
import { turningWriter, type WriteCurrent } from './current.ts';
import { CODES, type Code, codesOf, givesCurrent, type Settings } from './settings.ts';

/** A column behind the status: its code, or that it is read and not published: a number with decimals, or a whole one. */
type Column = Code | 'decimal' | 'whole';

const BEFORE = ['UCUR', 'VCUR', 'WCUR', 'AMP1', 'AMP2', 'AMP3', 'BATTERY', 'SSPEED'] as const;
const ATTITUDE = ['HEADING', 'PITCH', 'ROLL'] as const;
const BEHIND = ['TEMP', 'whole', 'whole', 'CSPD', 'CDIR'] as const;
/** The columns behind clock, error and status. */
const LAYOUTS: Readonly<Record<'ascii-27' | 'ascii-25' | 'profiler-header', readonly Column[]>> = {
  'ascii-27': [...BEFORE, 'decimal', ...ATTITUDE, 'PRES', 'decimal', ...BEHIND],
  'ascii-25': [...BEFORE, ...ATTITUDE, 'PRES', ...BEHIND],
  'profiler-header': ['BATTERY', 'SSPEED', ...ATTITUDE, 'PRES', 'TEMP', 'whole', 'whole', 'whole', 'whole'],
};
/** Columns of clock, error and status. */
const LEADING = 8;
/** Decimals of the direction, which is what a line ends with: one that shows fewer was cut. */
const LAST_DECIMALS = 2;

/** A decoder for one line a sample. Throws for settings that still say `header`. */
export function textDecoder(settings: Settings, layout: keyof typeof LAYOUTS): DecodeLine {
  const layoutColumns = LAYOUTS[layout];
  const count = layoutColumns.length;
  const whole = Uint8Array.from(layoutColumns, (column) => (column === 'whole' || column.startsWith('AMP') ? 1 : 0));
  const turned = givesCurrent(settings) && settings.coordinateSystem !== 'ENU';
  const writeCurrent: WriteCurrent | undefined = turned ? turningWriter(settings) : undefined;
  const published: readonly string[] = codesOf(settings);
  const columns = columnsFor(layoutColumns.map((column) => (published.includes(column) ? column : null)));
  const currentColumns = columnsFor(CODES.map((code) => (published.includes(code) ? code : null)));
  const computed = Uint8Array.from(layoutColumns, (code) =>
    turned && ['UCUR', 'VCUR', 'WCUR', 'CSPD', 'CDIR'].includes(code) ? 1 : 0,
  );
  const headingAt = layoutColumns.indexOf('HEADING');
  const endsWithDirection = layoutColumns[count - 1] === 'CDIR';
  const numbers = new Float64Array(count);
  const velocity = numbers.subarray(0, 3);

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    const first = skipBlanks(bytes, start, stop);
    if (first === stop) return IGNORED;
    const clockEnd = scanUsTime(bytes, first, stop);
    if (clockEnd < 0) return refuseLine(bytes, first, ~clockEnd, stop);
    const timeMs = scanned[VALUE];
    const error = behindBits(bytes, clockEnd, stop);
    if (error < 0) return refuseLine(bytes, first, clockEnd, stop);
    let at = behindBits(bytes, error, stop);
    if (at < 0) return refuseLine(bytes, first, error, stop);
    const pointingDown = (bytes[error + 7] & 1) === 1;

    const row = openRow(batch);
    const place = columns(batch);
    for (let i = 0; i < count; i++) {
      const next = scanDecimal(bytes, at, stop);
      const fits = whole[i] === 1 ? scanned[DECIMALS] < 0 && isDigit(bytes[at]) : scanned[DECIMALS] > 0;
      if (next < 0 || !fits) return refuseLine(bytes, first, at, stop);
      numbers[i] = scanned[VALUE];
      if (place[i] >= 0 && computed[i] === 0) batch.values[place[i]][row] = scanned[VALUE];
      if (next === stop) {
        if (i < count - 1) return refuseLine(bytes, first, stop, stop);
        at = next;
        break;
      }
      at = skipBlanks(bytes, next, stop);
      if (at === next) return refuseLine(bytes, first, at, stop);
    }
    if (at < stop) return refuseLine(bytes, first, at, stop);
    if (endsWithDirection && scanned[DECIMALS] < LAST_DECIMALS) return reject('partial', stop);
    if (Number.isNaN(timeMs)) return reject('bad-time', first);
    batch.instrument[row] = timeMs;
    if (writeCurrent !== undefined) {
      const [heading, pitch, roll] = [numbers[headingAt], numbers[headingAt + 1], numbers[headingAt + 2]];
      writeCurrent(batch, currentColumns(batch), row, velocity, heading, pitch, roll, pointingDown);
    }
    batch.count = row + 1;
    return DECODED;
  };

  function refuseLine(bytes: Uint8Array, first: number, at: number, stop: number): ReturnType<DecodeLine> {
    const found = wordCount(bytes, first, stop);
    if (layout === 'profiler-header' && found !== count + LEADING && isCell(bytes, first, stop)) return IGNORED;
    return refuse(bytes, first, at, stop, found === count + LEADING ? 'not-a-number' : 'field-count');
  }
}

/** Offset behind eight binary digits at `at` and the blanks that follow; −1 when they are not there. */
function behindBits(bytes: Uint8Array, at: number, stop: number): number {
  if (at + 8 >= stop) return -1;
  for (let i = at; i < at + 8; i++) if (bytes[i] >> 1 !== 0x18) return -1;
  const next = skipBlanks(bytes, at + 8, stop);
  return next === at + 8 ? -1 : next;
}

/** How many words there are between blanks. */
function wordCount(bytes: Uint8Array, first: number, stop: number): number {
  let words = 0;
  for (let at = first; at < stop; at++) if (!isSpace(bytes[at]) && (at === first || isSpace(bytes[at - 1]))) words++;
  return words;
}

/**
 * True for the line of a cell: its number from 1 on, then numbers only. What a cell measured has no time on its own line
 * and no code of its own.
 */
function isCell(bytes: Uint8Array, first: number, stop: number): boolean {
  let at = skipDigits(bytes, first, stop);
  if (at === first || at - first > 3 || bytes[first] === 0x30 || at === stop || !isSpace(bytes[at])) return false;
  while (at < stop) {
    at = skipBlanks(bytes, at, stop);
    const next = scanDecimal(bytes, at, stop);
    if (next < 0 || (next < stop && !isSpace(bytes[next]))) return false;
    // Error and status words belong to a header line.
    if (next - at === 8 && behindBits(bytes, at, stop) >= 0) return false;
    at = next;
  }
  return isDigit(bytes[stop - 1]) || bytes[stop - 1] === POINT;
}
