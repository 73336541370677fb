/** What the user of a spool gives it. */
import type { RecordKind } from '@emso/core';
import type { AppendFile } from './files.ts';
import type { Log } from './log.ts';

/** What the spool needs of a segment file; tests give one that fails. */
export type SpoolFile = Pick<AppendFile, 'append' | 'close'>;

export interface SpoolOptions {
  /** Root of all spools, on a local disk. */
  readonly dir: string;
  readonly platform: string;
  readonly sensor: string;
  readonly log: Log;
  /** Most bytes kept in memory while the disk does not take them; then `full`. */
  readonly maxMemoryBytes?: number;
  /** Clock, epoch ms. */
  readonly nowMs?: () => number;
  /** Eight hex digits that tell two sessions of the same millisecond apart. */
  readonly random?: () => string;
  readonly createFile?: (path: string) => Promise<SpoolFile>;
}

/** A record to be spooled: the spool gives it its session and sequence number. */
export interface SpoolEntry {
  readonly kind: RecordKind;
  readonly receivedMs: number;
  readonly bytes: Uint8Array;
}
