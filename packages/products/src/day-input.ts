/** What a day's NetCDF file is described from. */
import type { Batch, Deployment, Observatory, Platform, Release, Sensor } from '@emso/core';

/** What made the flags of one parameter on that day. */
export interface FlagRules {
  /** JSON: test by test its thresholds and where they come from; a list of them with `validFrom` where they changed during the day. */
  readonly tests: string;
  /** In words, what else a flag depends on. */
  readonly comment?: string;
}

export interface DayInput {
  readonly observatory: Observatory;
  readonly platform: Platform;
  readonly sensor: Sensor;
  /** The deployment in force on that day. */
  readonly deployment: Deployment;
  /** Title of the instrument model and its SeaVoX L22 (`TOOL1457`), L05 and L35 terms, where they fit. */
  readonly model: { readonly title: string; readonly l22?: string; readonly l05?: string; readonly l35?: string };
  /** Observation day, days since 1970-01-01. */
  readonly day: number;
  /** The rows of that day, in time order, flagged. */
  readonly batch: Batch;
  /** How each computed parameter was made, by code; measured ones are not in it. */
  readonly methods: ReadonlyMap<string, string>;
  /** True when a calibration sheet made quantities of counts. */
  readonly calibrated?: boolean;
  /** What made the flags, by code. */
  readonly flagRules?: ReadonlyMap<string, FlagRules>;
  /** What people decided about values of the day, in words. */
  readonly expertFlags?: readonly string[];
  /** Whose validated data it is; absent while it is real-time data. */
  readonly release?: Pick<Release, 'at' | 'by' | 'why'>;
  readonly build: string;
  /** Latest reception among the contributing records, epoch ms UTC: the file's only date of creation. */
  readonly lastReceivedMs: number;
}

/** Depth of the sensor in metres: of its deployment, else the theoretical one of its level, else unknown. */
export function depthOf({ deployment, sensor }: Pick<DayInput, 'deployment' | 'sensor'>): number | 'unknown' {
  return deployment.depthM === 'unknown' ? (sensor.depthTheoreticM ?? 'unknown') : deployment.depthM;
}
