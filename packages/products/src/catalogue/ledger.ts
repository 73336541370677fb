/** The days of a sensor in few words, from their manifests. */
import type { Manifest } from '../manifest.ts';
import { EMPTY_LEDGER, type LedgerSummary } from './sources.ts';

export interface ManifestOfDay {
  /** Observation day, days since 1970-01-01. */
  readonly day: number;
  readonly manifest: Manifest;
}

/**
 * Sums up days that have rows. A day that still grows is left out: one that is open and the latest of its sensor. So a record
 * changes once a day and not with every line, and no clock is asked which day it is.
 */
export function summarizeLedger(days: readonly ManifestOfDay[]): LedgerSummary {
  const ordered = days.filter(({ manifest }) => manifest.content.rows > 0).toSorted((a, b) => a.day - b.day);
  const newest = ordered.at(-1);
  const complete = newest?.manifest.history.state === 'open' ? ordered.slice(0, -1) : ordered;
  if (complete.length === 0) return EMPTY_LEDGER;
  const sum = (of: (manifest: Manifest) => number): number =>
    complete.reduce((total, { manifest }) => total + of(manifest), 0);
  return {
    days: complete.length,
    firstDay: complete[0].day,
    lastDay: complete[complete.length - 1].day,
    rows: sum(({ content }) => content.rows),
    csvBytes: sum(({ content }) => content.files.csv.bytes),
    netcdfBytes: sum(({ content }) => content.files.netcdf.bytes),
    files: sum(({ content }) => Object.keys(content.files).length),
    sealedDays: sum(({ history }) => (history.state === 'open' ? 0 : 1)),
    builds: [...new Set(complete.toReversed().map(({ manifest }) => manifest.content.build))],
  };
}
