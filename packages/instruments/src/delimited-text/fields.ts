/** The columns of a line as readers: each reads one column, puts what it says into the row, and gives the offset behind it. */
import { type Batch, type RejectReason, setLabel } from '@emso/core';
import { asciiBytes, createTextReader, isDigit, trimmedEnd } from '../bytes.ts';
import { DECIMALS, scanned, VALUE } from '../numbers.ts';
import { compileTime, epochMsOf, FIELDS, scanIso } from '../time-pattern.ts';
import { columnValue, numberColumn, numberScanner } from './number-column.ts';
import type { Separator } from './separator.ts';
import { type Column, isTimeWord, LABELS, type Settings } from './settings.ts';

export interface Field {
  /** `place` is the column of the batch, −1 for none. Returns the offset behind, or the bitwise NOT of the failing offset. */
  readonly read: (bytes: Uint8Array, at: number, stop: number, batch: Batch, row: number, place: number) => number;
  /** Why a line is rejected when this column cannot be read. */
  readonly reason: RejectReason;
  /** The column may be missing where the end of a line is lost. */
  readonly mayBeEmpty: boolean;
}

/** What the columns of one line have said together. */
export interface LineRecord {
  /** True when a column is a clock, or part of one. */
  readonly timed: boolean;
  /** Numbers found. */
  values: number;
  /** Parts of the time, by FIELDS; those that no column names stay 0. */
  readonly parts: Int32Array;
  /** The time where one column says all of it, epoch ms. */
  epochMs: number;
  /** Where the last column of the time begins. */
  timeAt: number;
  /** Begins the next line; its time columns overwrite those of the line before. */
  open(): void;
  /** The instrument's time, epoch ms; NaN when it is none. */
  timeMs(): number;
}

/** The record that the readers of one decoder share. */
export function createRecord(columns: readonly (Column | null)[]): LineRecord {
  const times = columns.flatMap((column) => column?.time ?? []);
  const fromParts = times.every((time) => !time.startsWith('epoch'));
  return {
    timed: times.length > 0,
    values: 0,
    parts: new Int32Array(FIELDS.length),
    epochMs: Number.NaN,
    timeAt: 0,
    open() {
      this.values = 0;
    },
    timeMs() {
      return fromParts ? epochMsOf(this.parts) : this.epochMs;
    },
  };
}

/** 9999-12-31T23:59:59.999Z: beyond it ISO 8601 has no four-digit year. */
const LAST_MS = 253_402_300_799_999;
const LABEL_BYTES = 40;

/** The reader of one column. */
export function fieldOf(column: Column | null, settings: Settings, separator: Separator, record: LineRecord): Field {
  if (column === null) return { read: separator.textEnd, reason: 'damaged', mayBeEmpty: true };
  const { code, label, time, text } = column;
  if (code !== undefined) {
    const read = numberColumn({ ...column, code }, settings, separator);
    return {
      reason: 'not-a-number',
      mayBeEmpty: [...settings.missing, ...(column.missing ?? [])].includes(''),
      read(bytes, at, stop, batch, row, place) {
        const next = read(bytes, at, stop);
        if (next < 0 || Number.isNaN(columnValue[0])) return next;
        record.values++;
        if (place >= 0) batch.values[place][row] = columnValue[0];
        return next;
      },
    };
  }
  if (time !== undefined) {
    const read = timeReader(time, settings, record);
    return {
      reason: 'bad-time',
      mayBeEmpty: false,
      read(bytes, at, stop) {
        record.timeAt = at;
        const next = read(bytes, at, stop);
        return next < 0 || separator.endsAt(bytes, next, stop) ? next : ~next;
      },
    };
  }
  if (text !== undefined)
    return { read: literalReader(text, separator), reason: 'unknown-sentence', mayBeEmpty: false };
  return { read: labelReader(LABELS.indexOf(label!), separator), reason: 'damaged', mayBeEmpty: false };
}

type ReadTime = (bytes: Uint8Array, at: number, stop: number) => number;

function timeReader(time: string, settings: Settings, record: LineRecord): ReadTime {
  if (!isTimeWord(time) || time === 'iso') {
    const scan = time === 'iso' ? scanIso : compileTime(time);
    return (bytes, at, stop) => scan(bytes, at, stop, record.parts);
  }
  const scan = numberScanner(settings);
  const factor = time === 'epoch-s' ? 1000 : 1;
  return (bytes, at, stop) => {
    const next = at < stop && isDigit(bytes[at]) ? scan(bytes, at, stop, 0) : -1;
    const timeMs = Math.round(scanned[VALUE] * factor);
    // Milliseconds have no decimals: a point would be that of another unit.
    if (next < 0 || timeMs > LAST_MS || (factor === 1 && scanned[DECIMALS] >= 0)) return ~at;
    record.epochMs = timeMs;
    return next;
  };
}

function literalReader(text: string, separator: Separator): Field['read'] {
  const expected = asciiBytes(text);
  return (bytes, at, stop) => {
    for (let i = 0; i < expected.length; i++) if (at + i >= stop || bytes[at + i] !== expected[i]) return ~at;
    const next = at + expected.length;
    return separator.endsAt(bytes, next, stop) ? next : ~at;
  };
}

/** Some printable text, blanks around it left out. */
function labelReader(label: number, separator: Separator): Field['read'] {
  const textOf = createTextReader();
  return (bytes, at, stop, batch, row) => {
    const next = separator.textEnd(bytes, at, stop);
    if (next < 0) return next;
    const end = trimmedEnd(bytes, at, next);
    if (end === at || end - at > LABEL_BYTES) return ~at;
    for (let i = at; i < end; i++) if (bytes[i] < 0x20 || bytes[i] > 0x7e) return ~i;
    setLabel(batch.labels[label], row, textOf(bytes, at, end));
    return next;
  };
}
