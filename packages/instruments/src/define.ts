/** What a folder under `instruments/` describes, and what its decoder may answer. */
import type { Batch, RejectReason } from '@emso/core';
import type { z } from 'zod';

/**
 * The answer about one framed record. `decoded` and `ignored` are shared values: nothing is allocated per good line.
 * A decoder never throws: whatever the bytes, one of these comes back.
 */
export type DecodeResult =
  | { readonly kind: 'decoded' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly position: number };

/** The row at `batch.count` was filled and `batch.count` raised. */
export const DECODED: DecodeResult = { kind: 'decoded' };
/** A prompt, banner, echo, comment or empty line: known, and no sample. */
export const IGNORED: DecodeResult = { kind: 'ignored' };

/** A record that could not become an observation: why, and at which byte of the buffer decoding stopped. */
export function reject(reason: RejectReason, position: number): DecodeResult {
  return { kind: 'rejected', reason, position };
}

/**
 * Decodes `bytes[start, end)`: one line as received, its line feed removed, a final CR left in. Appends at most one row
 * to `batch` (`openRow`, fill, `count++`); touches nothing else, keeps no state that changes an answer, reads no clock.
 */
export type DecodeLine = (bytes: Uint8Array, start: number, end: number, batch: Batch) => DecodeResult;

export interface InstrumentModel<Settings = unknown> {
  /** Folder name, e.g. `sbe37-microcat`. */
  readonly id: string;
  readonly title: string;
  /** SeaVoX L22 term of the model, where one fits. */
  readonly l22?: string;
  /** Data version: raised whenever the same bytes give another row. */
  readonly version: number;
  /** How the byte stream is cut into records. */
  readonly framing: 'lines';
  /** Text facts a line may carry, in column order. */
  readonly labels: readonly string[];
  /** Settings of a deployment (YAML `settings`). */
  readonly settings: z.ZodType<Settings>;
  /** Codes that lines decoded with these settings can carry, in column order. */
  readonly parameters: (settings: Settings) => readonly string[];
  /** A decoder for one deployment; called once per run, so it may prepare tables. */
  readonly decoder: (settings: Settings) => DecodeLine;
}

/** Checks a descriptor where it is written and keeps its settings type. */
export function defineInstrument<Settings>(model: InstrumentModel<Settings>): InstrumentModel<Settings> {
  if (!/^[a-z0-9-]+$/.test(model.id)) throw new Error(`instrument id: expected [a-z0-9-]+, found '${model.id}'`);
  return model;
}
