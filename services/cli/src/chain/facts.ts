/**
 * What is known of a chain at one moment. Every part is asked on its own and within a limit; what could not be learned is
 * `null`, never 0. JSON as `emso status --json` prints it: times are ISO 8601.
 */
import type { LedgerDay, ManifestGap } from '@emso/products';
import type { BrokerState } from './broker-greeting.ts';

export interface ChainFacts {
  readonly at: string;
  readonly services: readonly ServiceFacts[];
  readonly broker: BrokerState;
  readonly raw: RawFacts | null;
  readonly disks: readonly DiskFacts[];
  readonly sensors: readonly SensorFacts[];
  /** Targets of `emso deliver`, and the NAS where there is a publisher; null when it could not be learned who they are. */
  readonly deliveries: readonly DeliveryFacts[] | null;
  /** Messages in RAW that are not archived are of sensors; these metrics are not. */
  readonly checksumFailures: number | null;
  /** What sensors said of each other last. */
  readonly comparisons: readonly ComparisonFacts[] | null;
  /** Every day by `<platform>/<sensor>`, as the writer has it. */
  readonly ledger: Readonly<Record<string, readonly LedgerDay[]>> | null;
}

/** How far a target of deliveries has everything, as of the last attempt that changed anything. */
export interface DeliveryFacts {
  readonly target: string;
  readonly kind: 'directory' | 'rsync' | 'sftp' | 'publisher';
  readonly delivered: number | null;
  readonly waiting: number | null;
  readonly lastError: string | null;
  /** When that was; null for a target that was never tried, and for the publisher, which goes on all the time. */
  readonly at: string | null;
}

export interface ServiceFacts {
  readonly name: string;
  readonly state: 'ready' | 'not ready' | 'no answer' | 'not running';
  readonly why: string | null;
  readonly url: string | null;
  readonly startedAt: string | null;
  /** Starts within the last hour. */
  readonly starts: number | null;
}

/** The stream RAW, as the broker told the acquirer. */
export interface RawFacts {
  readonly bytes: number;
  readonly limitBytes: number;
  /** Messages that the archiver has not acknowledged. */
  readonly unarchivedMessages: number;
  /** Reception of the oldest record among them. */
  readonly oldestUnarchived: string | null;
}

export interface DiskFacts {
  readonly what: 'data' | 'spool' | 'store';
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

export interface BacklogFacts {
  readonly records: number;
  readonly bytes: number;
  readonly oldest: string | null;
  /** False when there was no time to look at all: there may be more, and older. */
  readonly complete: boolean;
}

export interface SensorFacts {
  readonly platform: string;
  readonly sensor: string;
  readonly cadenceMs: number | null;
  readonly link: 'up' | 'down' | 'not acquired' | 'unknown';
  readonly lastLine: string | null;
  /** Spooled and not published. */
  readonly waiting: BacklogFacts | null;
  /** Spooled and not in the raw archive: PROMISE 7. */
  readonly unarchived: BacklogFacts | null;
  /** Messages that wait for a decoder. */
  readonly undecoded: number | null;
  readonly decoded: number | null;
  readonly rejected: number | null;
  readonly conflicts: number | null;
  readonly openDays: number | null;
  readonly dirtyDays: number | null;
  readonly incompleteDays: number | null;
  readonly staleDays: number | null;
  /** Rows in which the fast path differed from the rebuild: since the writer started, and ever. */
  readonly divergentRows: number | null;
  readonly divergentRowsEver: number | null;
  /** The gap that is going on. */
  readonly gap: CurrentGap | null;
  /** Gaps of the last days. */
  readonly gaps: readonly ManifestGap[] | null;
  readonly validation: ValidationFacts | null;
  /** Manifests that cannot be read. */
  readonly damagedManifests: readonly string[];
}

/** How long there is to validate what is not released: the data management plan promises it within two years. */
export interface ValidationFacts {
  /** The oldest day with products that no release covers; null when there is none. */
  readonly oldestDay: string | null;
  /** Two years after it. */
  readonly dueDay: string | null;
  /** Negative when it is overdue. */
  readonly daysLeft: number | null;
}

/** A declared comparison of sensors, on the latest day on which it had anything to compare. */
export interface ComparisonFacts {
  readonly comparison: string;
  readonly day: string;
  readonly rows: number;
  /** Of these rows. */
  readonly suspect: number;
  readonly bad: number;
  /** In the unit of the parameter. */
  readonly latestDifference: number;
}

export interface CurrentGap {
  /** Reception of the last line; null when none is known. */
  readonly since: string | null;
  readonly cause: 'spool-full' | 'acquirer-stopped' | 'disconnected' | 'silence';
}
