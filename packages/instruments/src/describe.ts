/** What a decoder makes of a run, record by record, as plain objects: what `emso decode` prints and fixtures expect. */
import {
  type Batch,
  createBatch,
  iso,
  type RawRun,
  RECORD_KINDS,
  type RejectReason,
  type TimeSource,
} from '@emso/core';
import { type DecodeResult, IGNORED, type InstrumentModel, reject } from './define.ts';
import type { DamagedRow } from './rows.ts';

export type DecodedLine =
  | {
      readonly kind: 'decoded';
      /** 0-based line of the file (record, where the stream has no lines). */
      readonly line: number;
      /** ISO 8601; absent where neither the line nor its reception says a time. */
      readonly time?: string;
      readonly timeSource?: TimeSource;
      /** Values by code, in the parameters' own units; a missing value is absent. */
      readonly values: Readonly<Record<string, number>>;
      /** Text facts of the line by label name. */
      readonly raw: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'ignored'; readonly line: number }
  | {
      readonly kind: 'rejected';
      readonly line: number;
      readonly reason: RejectReason;
      /** Byte offset in the line's payload where decoding stopped. */
      readonly position: number;
    };

export interface DecodeLinesOptions {
  /** Which clock `time` is taken from where a line has both. Default: the instrument's. */
  readonly clock?: TimeSource;
  /** Rows of the file that are not in the run (`readDatRows`): reported as `damaged` at their place. */
  readonly damaged?: readonly DamagedRow[];
  /** A calibration sheet for lines of counts, where the file has none of its own. */
  readonly coefficients?: unknown;
}

/**
 * The records of a run as `model` decodes them, in file order; a record with several samples gives several. Settings that
 * say `header` are taken from the run itself. `settings` are checked against the model; throws what zod throws when they
 * do not fit, and never on the records themselves.
 */
export function* decodeLines<Settings, Coefficients>(
  run: RawRun,
  model: InstrumentModel<Settings, Coefficients>,
  settings: unknown,
  options: DecodeLinesOptions = {},
): Iterable<DecodedLine> {
  const asked = model.settings.parse(settings);
  const { settings: checked, coefficients = options.coefficients } = asksHeader(asked)
    ? (model.header?.(run, asked) ?? { settings: asked })
    : { settings: asked };
  const codes = model.parameters(checked);
  const counts = model.calibration?.counts(checked) ?? [];
  const convert =
    coefficients === undefined ? undefined : model.calibration?.convert(coefficients as Coefficients, checked);
  const batch = createBatch([...codes, ...counts], model.labels, 1);
  const decode = model.decoder(checked);
  const damaged = options.damaged ?? [];
  let skipped = 0;
  let line = 0;
  function* damagedHere(): Iterable<DecodedLine> {
    while (damaged[skipped]?.line === line) {
      skipped++;
      yield { kind: 'rejected', line: line++, reason: 'damaged', position: 0 };
    }
  }
  for (let i = 0; i < run.count; i++, line++) {
    yield* damagedHere();
    batch.count = 0;
    const kind = RECORD_KINDS[run.kind[i]];
    let answer: DecodeResult = IGNORED;
    if (kind === 'piece' || kind === 'partial') answer = reject(kind, run.start[i]);
    else if (kind !== 'event') answer = decode(run.bytes, run.start[i], run.end[i], batch);
    if (answer.kind === 'rejected') {
      yield { kind: 'rejected', line, reason: answer.reason, position: answer.position - run.start[i] };
    } else if (answer.kind === 'ignored') {
      yield { kind: 'ignored', line };
    } else if (counts.length > 0 && convert === undefined) {
      yield { kind: 'rejected', line, reason: 'no-calibration', position: 0 };
    } else {
      convert?.(batch, 0, batch.count);
      for (let row = 0; row < batch.count; row++) {
        const time = timeOf(batch.instrument[row], run.received[i], options.clock);
        yield { kind: 'decoded', line, ...time, values: valuesOf(batch, codes, row), raw: labelsOf(batch, row) };
      }
    }
  }
  yield* damagedHere();
}

/** True when a setting is to be read from the file's own header. */
export function asksHeader(settings: unknown): boolean {
  return Object.values(settings as Record<string, unknown>).includes('header');
}

function valuesOf(batch: Batch, codes: readonly string[], row: number): Record<string, number> {
  const values: Record<string, number> = {};
  codes.forEach((code, column) => {
    if (!Number.isNaN(batch.values[column][row])) values[code] = batch.values[column][row];
  });
  return values;
}

function labelsOf(batch: Batch, row: number): Record<string, string> {
  const raw: Record<string, string> = {};
  for (const label of batch.labels) if (label.index[row] > 0) raw[label.name] = label.texts[label.index[row]];
  return raw;
}

function timeOf(
  instrumentMs: number,
  receivedMs: number,
  clock: TimeSource = 'instrument',
): { time: string; timeSource: TimeSource } | undefined {
  const byInstrument = Number.isNaN(receivedMs) || (clock === 'instrument' && !Number.isNaN(instrumentMs));
  const timeMs = byInstrument ? instrumentMs : receivedMs;
  return Number.isNaN(timeMs) ? undefined : { time: iso(timeMs), timeSource: byInstrument ? 'instrument' : 'received' };
}
