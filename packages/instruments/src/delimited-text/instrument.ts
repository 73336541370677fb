/**
 * Any sensor that prints its values between separators, described by settings alone.
 *
 * $PTIDE;02.05.2024;12:00:00;TG-117;250,412;bar;13,21;OK
 * │      │          │        │      │       │   │     └ null: present, not published
 * │      │          │        │      │       │   └ { code: TEMP }
 * │      │          │        │      │       └ { text: bar }: always exactly this
 * │      │          │        │      └ { code: PRES, unit: bar }
 * │      │          │        └ { label: Instrument_Serial }
 * │      └──────────┴ { time: dd.MM.yyyy }, { time: 'HH:mm:ss' }
 * └ prefix
 *
 * The settings are compiled once. A line is read from left to right, once; patterns look only at lines that are no record.
 * Numbers are a strict grammar: a column that holds anything else is a rejection, never a guess.
 */
import { openRow, type RejectReason } from '@emso/core';
import { asciiBytes, isNoise, skipBlanks, trimmedEnd } from '../bytes.ts';
import { columnsFor } from '../columns.ts';
import { DECODED, type DecodeLine, type DecodeResult, defineInstrument, IGNORED, reject } from '../define.ts';
import { withoutFlowControl } from '../flow-control.ts';
import { createRecord, fieldOf } from './fields.ts';
import { NO_CHECKSUM, nmeaEnd, WRONG_CHECKSUM } from './nmea.ts';
import { ignoredBy } from './patterns.ts';
import { separatorOf } from './separator.ts';
import { LABELS, type Settings, settingsSchema } from './settings.ts';

export const delimitedText = defineInstrument<Settings>({
  id: 'delimited-text',
  title: 'Delimited text, described by its settings',
  version: 1,
  labels: LABELS,
  settings: settingsSchema,
  parameters: codesOf,
  decoder: (settings) => withoutFlowControl(lineDecoder(settings)),
});

function codesOf({ columns }: Settings): string[] {
  return columns.flatMap((column) => column?.code ?? []);
}

function lineDecoder(settings: Settings): DecodeLine {
  const separator = separatorOf(settings.separator);
  const record = createRecord(settings.columns);
  const fields = settings.columns.map((column) => fieldOf(column, settings, separator, record));
  const places = columnsFor(settings.columns.map((column) => column?.code ?? null));
  const prefix = asciiBytes(settings.prefix ?? '');
  const isIgnored = ignoredBy(settings.ignore, settings.reject);
  const checked = settings.checksum === 'nmea';

  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    const first = skipBlanks(bytes, start, stop);
    if (first === stop) return IGNORED;
    const answer = decodeRecord(bytes, first, stop, batch);
    if (answer.kind !== 'rejected') return answer;
    if (isIgnored(bytes, first, stop)) return IGNORED;
    for (let i = first; i < stop; i++) if (isNoise(bytes[i])) return reject('damaged', i);
    return answer;
  };

  function decodeRecord(
    bytes: Uint8Array,
    first: number,
    lineEnd: number,
    batch: Parameters<DecodeLine>[3],
  ): DecodeResult {
    let at = first;
    for (let i = 0; i < prefix.length; i++, at++) {
      if (at === lineEnd || bytes[at] !== prefix[i]) return reject('unknown-sentence', at);
    }
    let stop = lineEnd;
    if (checked) {
      stop = nmeaEnd(bytes, first, lineEnd);
      if (stop === NO_CHECKSUM) return reject('partial', lineEnd);
      if (stop === WRONG_CHECKSUM) return reject('checksum', lineEnd);
    }
    if (prefix.length > 0) {
      const behind = separator.next(bytes, at, stop);
      at = behind < 0 ? skipBlanks(bytes, at, stop) : behind;
    }

    const row = openRow(batch);
    const place = places(batch);
    record.open();
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) {
        const next = separator.next(bytes, at, stop);
        if (next < 0) {
          const rest = skipBlanks(bytes, at, stop);
          if (rest < stop) return reject('not-a-number', rest);
          if (!separator.endIsLost || !fields[i].mayBeEmpty) return reject('field-count', stop);
        } else at = next;
      }
      const behind = fields[i].read(bytes, at, stop, batch, row, place[i]);
      if (behind < 0) return refused(fields[i].reason, ~behind, at, stop);
      at = behind;
    }
    const rest = skipBlanks(bytes, at, stop);
    if (rest < stop) return reject(separator.next(bytes, at, stop) < 0 ? 'not-a-number' : 'field-count', rest);
    const timeMs = record.timeMs();
    if (record.timed) {
      if (Number.isNaN(timeMs)) return reject('bad-time', record.timeAt);
      batch.instrument[row] = timeMs;
    }
    // Every column says "no value": the sensor spoke, and measured nothing.
    if (record.values === 0) return IGNORED;
    batch.count = row + 1;
    return DECODED;
  }
}

/** A column that is not there at all is a matter of their number, whatever the column should hold. */
function refused(reason: RejectReason, position: number, at: number, stop: number): DecodeResult {
  return at === stop ? reject('field-count', stop) : reject(reason, position);
}
