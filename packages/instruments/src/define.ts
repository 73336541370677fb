/** What a folder under `instruments/` describes, and what its decoder may answer. */
import type { Batch, RawRun, RejectReason } from '@emso/core';
import type { z } from 'zod';
import { type Framing, LINES } from './framing.ts';

/**
 * The answer about one framed record. `decoded` and `ignored` are shared values: nothing is allocated per good line.
 * A decoder never throws: whatever the bytes, one of these comes back.
 */
export type DecodeResult =
  | { readonly kind: 'decoded' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly position: number };

/** Rows from `batch.count` on were filled and `batch.count` raised. */
export const DECODED: DecodeResult = { kind: 'decoded' };
/** A prompt, banner, echo, comment or empty line: known, and no sample. */
export const IGNORED: DecodeResult = { kind: 'ignored' };

/** A record that could not become an observation: why, and at which byte of the buffer decoding stopped. */
export function reject(reason: RejectReason, position: number): DecodeResult {
  return { kind: 'rejected', reason, position };
}

/**
 * Decodes `bytes[start, end)`: one record as its framing cuts it (a line: its line feed removed, a final CR left in). Appends
 * the record's rows to `batch` (`openRow`, fill, `count++`): one, or as many as the record carries samples. Touches nothing
 * else, keeps no state that changes an answer, reads no clock: what a record means never depends on the one before it,
 * because a live chain may see them in another order, or begin between them.
 */
export type DecodeLine = (bytes: Uint8Array, start: number, end: number, batch: Batch) => DecodeResult;

/**
 * How counts become quantities, for models that can send counts. The coefficients are dated facts of the site file
 * (`calibrations`), in force by *observation* time, which a decoder does not know: so a decoder fills columns of counts, and
 * these are converted once the rows have their times (PROMISE 15).
 */
export interface Calibration<Settings, Coefficients> {
  /** One calibration sheet; `validFrom` and `source` stand beside it in the site file. */
  readonly coefficients: z.ZodType<Coefficients>;
  /** Columns of counts that lines with these settings fill, beside `parameters`: lower case, never published. Empty: none needed. */
  readonly counts: (settings: Settings) => readonly string[];
  /** Codes that a sheet makes possible beside those that lines carry, such as a regression. */
  readonly adds?: (coefficients: Coefficients) => readonly string[];
  /**
   * Fills the parameters of rows `[from, to)` from their counts, rounded to the parameters' digits (`rounder` of core).
   * Rows whose counts are missing are left alone.
   */
  readonly convert: (
    coefficients: Coefficients,
    settings: Settings,
  ) => (batch: Batch, from: number, to: number) => void;
}

export interface InstrumentModel<Settings = unknown, Coefficients = unknown> {
  /** Folder name, e.g. `sbe37-microcat`. */
  readonly id: string;
  readonly title: string;
  /** SeaVoX L22 term of the model, where one fits. */
  readonly l22?: string;
  /** SeaDataNet device category, L05. */
  readonly l05?: string;
  /** Manufacturer, L35. */
  readonly l35?: string;
  /** Data version: raised whenever the same bytes give another row. */
  readonly version: number;
  /** How the byte stream is cut into records; lines where absent. */
  readonly framing?: (settings: Settings) => Framing;
  /** Text facts a line may carry, in column order. */
  readonly labels: readonly string[];
  /** Settings of a deployment (YAML `settings`). */
  readonly settings: z.ZodType<Settings>;
  /** Codes that lines decoded with these settings can carry, in column order. */
  readonly parameters: (settings: Settings) => readonly string[];
  /** A decoder for one deployment; called once per run, so it may prepare tables. */
  readonly decoder: (settings: Settings) => DecodeLine;
  readonly calibration?: Calibration<Settings, Coefficients>;
  /**
   * What a file says of itself in its header lines, for settings that ask for it with the word `header`: an upload, a
   * technician's capture. The site file may not use that word: its facts are dated.
   */
  readonly header?: (run: RawRun, settings: Settings) => FileHeader<Settings, Coefficients>;
}

export interface FileHeader<Settings = unknown, Coefficients = unknown> {
  /** The settings, `header` replaced by what was found. */
  readonly settings: Settings;
  readonly coefficients?: Coefficients;
  /** What the header promises and the file does not keep, for whoever looks at the file. */
  readonly warnings?: readonly string[];
}

/** How a stream of this model with these settings is cut into records. */
export function framingOf<Settings>(model: InstrumentModel<Settings>, settings: Settings): Framing {
  return model.framing?.(settings) ?? LINES;
}

/** Checks a descriptor where it is written and keeps its settings type. */
export function defineInstrument<Settings, Coefficients = unknown>(
  model: InstrumentModel<Settings, Coefficients>,
): InstrumentModel<Settings, Coefficients> {
  if (!/^[a-z0-9-]+$/.test(model.id)) throw new Error(`instrument id: expected [a-z0-9-]+, found '${model.id}'`);
  return model;
}
