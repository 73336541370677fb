/** What records are made of: the site file, what the models know, and what the ledger of daily files has. Values, no files. */
import type { DataVersions, Deployment, Observatory, Platform, Sensor, SiteMetadata } from '@emso/core';

/** The days of a sensor that are complete as far as can be told without a clock: sealed, or followed by a later one. */
export interface LedgerSummary {
  /** Days with rows. */
  readonly days: number;
  /** First and last of them, days since 1970-01-01; absent while there is none. */
  readonly firstDay?: number;
  readonly lastDay?: number;
  readonly rows: number;
  /** CSV and NetCDF together, bytes and number. */
  readonly csvBytes: number;
  readonly netcdfBytes: number;
  readonly files: number;
  /** Days of `days` that are sealed. */
  readonly sealedDays: number;
  /** What computed them (`d1.v2.q1.p2-…`), each once, latest day first. */
  readonly builds: readonly string[];
}

/** A sensor of which nothing has come yet. */
export const EMPTY_LEDGER: LedgerSummary = {
  days: 0,
  rows: 0,
  csvBytes: 0,
  netcdfBytes: 0,
  files: 0,
  sealedDays: 0,
  builds: [],
};

export interface SensorSource {
  readonly platform: Platform;
  readonly sensor: Sensor;
  readonly model: ModelFacts;
  /** Codes that the sensor's files have, in column order. */
  readonly codes: readonly string[];
  /** Those of them that are computed, not measured. */
  readonly derived: readonly string[];
  readonly versions: DataVersions;
  readonly ledger: LedgerSummary;
}

export interface ModelFacts {
  readonly title: string;
  readonly l22?: string;
  readonly l05?: string;
  readonly l35?: string;
}

export interface CatalogueInput {
  readonly observatory: Observatory;
  readonly metadata: SiteMetadata;
  /** Every sensor whose model is installed, in the order of the file. */
  readonly sensors: readonly SensorSource[];
}

/** A sensor's L22, L05 and L35 codes: its own, else the model's; absent where the site file says that they are unknown. */
export function instrumentTerms({ sensor, model }: SensorSource): ModelFacts {
  const known = (own: string | undefined, general: string | undefined): string | undefined =>
    own === 'unknown' ? undefined : (own ?? general);
  const [l22, l05, l35] = [known(sensor.l22, model.l22), known(sensor.l05, model.l05), known(sensor.l35, model.l35)];
  return {
    title: model.title,
    ...(l22 !== undefined && { l22 }),
    ...(l05 !== undefined && { l05 }),
    ...(l35 !== undefined && { l35 }),
  };
}

/** Depth in metres during a deployment: its own, else the nominal one of the level; undefined where neither is known. */
export function depthDuring(sensor: Sensor, deployment: Deployment): number | undefined {
  return deployment.depthM === 'unknown' ? sensor.depthTheoreticM : deployment.depthM;
}
