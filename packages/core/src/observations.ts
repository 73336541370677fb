/**
 * Observations, rejections and verdicts as they travel on the bus (JSON). Every OBS and QC message says which raw
 * records it covers, also when none of them became an observation: so a reader knows what it has not seen yet.
 */
import type { TimeSource } from './batch.ts';
import type { Flag, Qartod } from './flags.ts';
import type { RecordRange } from './ids.ts';

/** Why a raw record could not become an observation. A closed list: it is a metric label. */
export const REJECT_REASONS = [
  'field-count', // another number of fields than the deployment's settings promise
  'not-a-number', // a field that should be a number is not
  'bad-time', // a date or time that cannot be
  'unknown-sentence', // none of the sentences this instrument sends
  'other-instrument', // a well-formed sentence of another instrument
  'damaged', // control characters, glued records or a broken structure
  'checksum', // a structure of the right form whose checksum does not agree
  'envelope', // a relayed line without the envelope that the site file declares, or for another address
  'no-calibration', // counts without a calibration sheet in force at their time
  'partial', // a line cut by a time-out or a lost connection
  'piece', // part of an over-long line
  'duplicate-time', // an earlier record of this sensor has the same instrument time
  'time-implausible', // the instrument clock says a time that cannot be, quarantined
  'no-settings', // the sensor's model or settings cannot decode this line
  'internal-error', // a bug: the decoder threw
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** One raw record that could not become an observation. */
export interface Rejection {
  readonly seq: number;
  readonly receivedMs: number;
  readonly reason: RejectReason;
  /** Byte offset in the record where decoding stopped. */
  readonly position: number;
}

/** One instant of one sensor. An absent code is a missing value (JSON has no NaN). */
export interface Observation {
  readonly seq: number;
  /** Place among the observations of the same raw record. */
  readonly index: number;
  readonly timeMs: number;
  readonly timeSource: TimeSource;
  readonly timeFlag: Flag;
  readonly receivedMs: number;
  readonly instrumentMs?: number;
  readonly values: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Per parameter: the product's flag (OceanSITES) and what each test said (QARTOD). */
export interface QcVerdict {
  readonly flag: Flag;
  readonly tests: Readonly<Record<string, Qartod>>;
  /** The line of `flags.jsonl` whose flag stands in the place of what the tests said. */
  readonly expert?: number;
}

export interface QualifiedObservation extends Observation {
  readonly verdicts: Readonly<Record<string, QcVerdict>>;
  /** True for a row that came after a later one, and for those whose tests should have seen it: the rebuild judges them. */
  readonly late?: true;
}

interface Covered {
  readonly platform: string;
  readonly sensor: string;
  /** The raw records this message answers for. */
  readonly range: RecordRange;
  /** Data versions and configuration that computed it (PROMISE 19). */
  readonly build: string;
  /** A later answer about the same records has a higher revision, and wins. */
  readonly revision: number;
}

export interface ObservationMessage extends Covered {
  readonly rows: readonly Observation[];
}

export interface VerdictMessage extends Covered {
  readonly rows: readonly QualifiedObservation[];
}

export interface RejectionMessage extends Covered {
  readonly stage: 'decode';
  readonly rows: readonly Rejection[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeMessage(message: ObservationMessage | VerdictMessage | RejectionMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/** The message in `payload`. The bus carries only what our services wrote: shape is trusted, JSON is not. */
export function decodeMessage<T extends ObservationMessage | VerdictMessage | RejectionMessage>(
  payload: Uint8Array,
): T {
  return JSON.parse(decoder.decode(payload)) as T;
}
