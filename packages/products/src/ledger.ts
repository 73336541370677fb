/** The ledger: what is known of each day of a sensor, as the writer has it at hand, and as its files say when they are compared. */
import type { ManifestGap } from './manifest.ts';

/** A day as its manifest, or the writer that builds it, has it. */
export interface LedgerDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly state: string;
  readonly rows: number;
  /** Its files are about to change. */
  readonly dirty: boolean;
  /** Sealed by another build than today's, or with other expert flags. */
  readonly stale: boolean;
}

/** `pending`: sealed, and about to be sealed again; `stale`: sealed by another build, or with other expert flags than today's. */
export type LedgerState = 'open' | 'sealed' | 'incomplete' | 'pending' | 'stale';

/** A day after raw records, CSV, NetCDF and manifest have been compared with each other. */
export interface LedgerLine {
  readonly platform: string;
  readonly sensor: string;
  readonly day: string;
  readonly state: LedgerState;
  /** 0 for a day that was never sealed. */
  readonly version: number;
  /** Samples that cadence and deployments promise of the day, up to now where it is not over. */
  readonly expected: number;
  /** Raw records, what happened to the link among them. */
  readonly received: number;
  /** Raw records that gave rows; absent where records of a day stand in raw files of other days. */
  readonly decoded: number | undefined;
  readonly rejected: number;
  readonly ignored: number;
  /** Rows with a flag 3 or 4. */
  readonly flagged: number;
  readonly rows: number;
  /** Of CSV and NetCDF. */
  readonly bytes: number;
  readonly hashes: {
    readonly csv: string;
    readonly netcdf: string;
    /** `rawDigest` of the records that the files were made of. */
    readonly raw: string;
  };
  readonly gaps: readonly ManifestGap[];
  /** Where two layers disagree, in words; empty when they agree. */
  readonly mismatches: readonly string[];
}
