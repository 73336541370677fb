/** What is known of one sensor: its files first, which are there whoever is dead, then what the services say. */
import { iso } from '@emso/core';
import type { LedgerDay } from '@emso/products';
import type { SensorDaysOnDisk } from './days-on-disk.ts';
import type { BacklogFacts, CurrentGap, SensorFacts, ServiceFacts, ValidationFacts } from './facts.ts';
import { greatestOf, type ScrapedService, sumOf } from './scrape.ts';
import type { SpoolFacts } from './spool-backlog.ts';

/** A sensor that says nothing for so many cadences, and at least so long, is silent. */
const SILENCE_CADENCES = 4;
const SILENCE_FLOOR_MS = 60_000;

export interface SensorSources {
  readonly platform: string;
  readonly sensor: string;
  readonly nowMs: number;
  readonly services: readonly ScrapedService[];
  readonly acquirer: ServiceFacts['state'];
  readonly cadenceMs: number | undefined;
  /** Undefined where there is no spool, null where it could not be read. */
  readonly spool: SpoolFacts | undefined | null;
  /** From the writer; null when it does not answer. */
  readonly ledger: readonly LedgerDay[] | null;
  /** From the manifests; null when they could not be read. Without a ledger it reaches back to the first day. */
  readonly disk: SensorDaysOnDisk | null;
  /** Older gaps are left out, ISO 8601. */
  readonly gapsSince: string;
  readonly divergentRowsEver: number | null;
  readonly validation: ValidationFacts | null;
}

/** Puts together what the sources say. */
export function sensorFacts(sources: SensorSources): SensorFacts {
  const { platform, sensor, services, spool, disk } = sources;
  const value = (name: string): number | undefined => greatestOf(services, name, { sensor });
  const counted = (role: string, name: string): number | null =>
    answers(services, role) ? sumOf(services, name, { sensor }) : null;
  const lastLineMs = Math.max(1000 * (value('emso_sensor_last_line_timestamp_seconds') ?? 0), spool?.lastLineMs ?? 0);
  const lastLine = lastLineMs > 0 ? iso(Math.round(lastLineMs)) : null;
  const link = linkOf(sources, value('emso_source_connected'));
  const cause = gapCause(sources, link, lastLineMs, value('emso_source_paused') === 1);
  return {
    platform,
    sensor,
    cadenceMs: sources.cadenceMs ?? null,
    link,
    lastLine,
    waiting: spool === null ? null : backlogFacts(spool, 'unpublished'),
    unarchived: spool === null ? null : backlogFacts(spool, 'unarchived'),
    undecoded: undecoded(sources),
    decoded: counted('decoder', 'emso_samples_decoded_total'),
    rejected: counted('decoder', 'emso_decode_failures_total'),
    conflicts: counted('writer', 'emso_raw_conflicts_total'),
    ...dayCounts(sources),
    divergentRows: counted('writer', 'emso_fast_path_divergence_rows_total'),
    divergentRowsEver: sources.divergentRowsEver,
    gap: cause === undefined ? null : { since: lastLine, cause },
    gaps: disk?.days.flatMap(({ gaps }) => gaps.filter(({ to }) => to > sources.gapsSince)) ?? null,
    validation: sources.validation,
    damagedManifests: disk?.damaged ?? [],
  };
}

/** True when every process of a role that is there answers: a sum over some of them would be too small. */
function answers(services: readonly ScrapedService[], role: string): boolean {
  const there = services.filter(({ name, gone }) => name === role && gone === undefined);
  return there.length > 0 && there.every(({ samples }) => samples !== undefined);
}

function linkOf({ acquirer, spool }: SensorSources, connected: number | undefined): SensorFacts['link'] {
  if (connected !== undefined) return connected === 1 ? 'up' : 'down';
  // Without the acquirer only the spool tells that somebody reads the sensor.
  const isAcquired = acquirer === 'ready' || acquirer === 'not ready' ? false : spool !== undefined;
  return isAcquired ? 'unknown' : 'not acquired';
}

function gapCause(
  { acquirer, cadenceMs = 0, nowMs }: SensorSources,
  link: SensorFacts['link'],
  lastLineMs: number,
  paused: boolean,
): CurrentGap['cause'] | undefined {
  if (link === 'not acquired') return undefined;
  if (acquirer === 'not running') return 'acquirer-stopped';
  if (paused) return 'spool-full';
  if (link === 'down') return 'disconnected';
  if (lastLineMs === 0 || nowMs - lastLineMs <= Math.max(SILENCE_FLOOR_MS, SILENCE_CADENCES * cadenceMs))
    return undefined;
  return acquirer === 'no answer' ? 'acquirer-stopped' : 'silence';
}

const NOTHING: BacklogFacts = { records: 0, bytes: 0, oldest: null, complete: true };

function backlogFacts(spool: SpoolFacts | undefined, part: 'unarchived' | 'unpublished'): BacklogFacts {
  if (spool === undefined) return NOTHING;
  const { records, bytes, oldestMs } = spool[part];
  return { records, bytes, oldest: oldestMs === undefined ? null : iso(oldestMs), complete: spool.complete };
}

/** Messages of RAW that its decoder has not acknowledged, as the broker told the acquirer. */
function undecoded({ platform, sensor, services }: SensorSources): number | null {
  const labels = { stream_name: 'RAW', consumer_name: `decoder-${platform}-${sensor}` };
  const pending = greatestOf(services, 'jetstream_consumer_num_pending', labels);
  const inHand = greatestOf(services, 'jetstream_consumer_num_ack_pending', labels);
  return pending === undefined || inHand === undefined ? null : pending + inHand;
}

type DayCounts = Pick<SensorFacts, 'openDays' | 'dirtyDays' | 'incompleteDays' | 'staleDays'>;

function dayCounts({ ledger, disk }: SensorSources): DayCounts {
  const days = ledger ?? (disk?.complete ? disk.days : null);
  if (days === null) return { openDays: null, dirtyDays: null, incompleteDays: null, staleDays: null };
  const count = (state: string): number => days.filter((day) => day.state === state).length;
  return {
    openDays: count('open'),
    dirtyDays: ledger?.filter(({ dirty }) => dirty).length ?? null,
    incompleteDays: count('incomplete'),
    staleDays: days.filter(({ stale }) => stale).length,
  };
}
