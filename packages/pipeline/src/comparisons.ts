/**
 * What sensors say of each other: the declared comparisons of a UTC day, from the sealed CSV of each sensor. Pure, and called alike by
 * the writer and by `emso reprocess`. It reads good values only and changes nothing of what it reads.
 */
import {
  type Comparison,
  comparedCodes,
  comparedSensors,
  DAY_MS,
  FLAG,
  type Flag,
  inForceAt,
  iso,
  LEVEL_DENSITY,
  type LevelsComparison,
  type Observatory,
  oceanSitesOf,
  PARAMETERS,
  type PairComparison,
  rounder,
  type Sensor,
} from '@emso/core';
import { type CsvSeries, comparisonPath, goodRows } from '@emso/products';
import { densityInversionFlow } from '@emso/qc';
import { nearest } from './nearest.ts';

export interface ComparisonRow {
  readonly timeMs: number;
  /** In the unit of what is compared, its offset taken off; of levels, how much density grows downwards. */
  readonly difference: number;
  readonly flag: Flag;
  /** What was compared, in the order of the file's columns. */
  readonly values: readonly (number | string)[];
}

export interface ComparedDay {
  readonly rows: readonly ComparisonRow[];
  readonly path: string;
  readonly csv: Uint8Array;
}

/** The sealed CSV of a day by sensor id; a sensor that has none says nothing. */
export type SealedFiles = ReadonlyMap<string, Uint8Array>;

/** Fewer files are no comparison: none is written. */
export const LEAST_FILES = 2;

/** A comparison, and its sensors as the site file has them. */
export interface PlannedComparison {
  readonly comparison: Comparison;
  readonly sensors: readonly Sensor[];
}

/** The comparisons of an observatory that has passed `settingsFaults`. */
export function planComparisons({ comparisons, platforms }: Observatory): PlannedComparison[] {
  const sensors = new Map(platforms.flatMap((platform) => platform.sensors.map((sensor) => [sensor.id, sensor])));
  return comparisons.map((comparison) => ({
    comparison,
    sensors: comparedSensors(comparison).flatMap((id) => sensors.get(id) ?? []),
  }));
}

/** A comparison's file of a day; undefined where less than two of its sensors have a sealed day. */
export function compareDay(planned: PlannedComparison, day: number, files: SealedFiles): ComparedDay | undefined {
  const { comparison, sensors } = planned;
  if (sensors.filter(({ id }) => files.has(id)).length < LEAST_FILES) return undefined;
  const series = new Map(sensors.map((sensor) => [sensor.id, seriesOf(comparison, sensor, files.get(sensor.id))]));
  const rows = comparison.kind === 'pair' ? pairRows(comparison, day, series) : levelRows(comparison, series);
  const path = comparisonPath(comparison.id, day);
  return { rows, path, csv: new TextEncoder().encode(csvOf(comparison, rows)) };
}

/** What of a sealed CSV a comparison looks at. */
function seriesOf(comparison: Comparison, { id, csvColumns }: Sensor, csv: Uint8Array | undefined): CsvSeries {
  const columns = comparedCodes(comparison, id).map((code) => ({
    name: Object.keys(csvColumns).find((name) => csvColumns[name] === code) ?? code,
    flag: `${code}_QC`,
  }));
  return csv === undefined ? { time: NONE, values: columns.map(() => NONE) } : goodRows(csv, columns);
}

const NONE = new Float64Array(0);

type SeriesBySensor = ReadonlyMap<string, CsvSeries>;

function pairRows(comparison: PairComparison, day: number, series: SeriesBySensor): ComparisonRow[] {
  const { of, against, limits } = comparison;
  const [own, other] = [series.get(of.sensor)!, series.get(against.sensor)!];
  const round = rounder(finerOf(comparison));
  const rows: ComparisonRow[] = [];
  const add = (
    timeMs: number,
    value: number,
    reference: number,
    { offset, suspect, fail }: (typeof limits)[number],
  ) => {
    const difference = round(value - reference - offset);
    const size = Math.abs(difference);
    const flag = size > fail ? FLAG.bad : size > suspect ? FLAG.suspect : FLAG.good;
    rows.push({ timeMs, difference, flag, values: [round(value), round(reference)] });
  };
  for (let i = 0; i < own.time.length; i++) {
    const inForce = inForceAt(limits, own.time[i]);
    if (inForce?.withinMs === undefined) continue;
    const at = nearest(other.time, own.time[i], inForce.withinMs);
    if (at >= 0) add(own.time[i], own.values[0][i], other.values[0][at], inForce);
  }
  for (const inForce of limits) {
    const { medianMs, minSamples } = inForce;
    if (medianMs === undefined) continue;
    for (let fromMs = day * DAY_MS; fromMs < (day + 1) * DAY_MS; fromMs += medianMs) {
      if (inForceAt(limits, fromMs) !== inForce) continue;
      const [values, references] = [own, other].map((each) => valuesWithin(each, fromMs, fromMs + medianMs));
      if (Math.min(values.length, references.length) < minSamples) continue;
      add(fromMs, median(values), median(references), inForce);
    }
  }
  return rows.sort((a, b) => a.timeMs - b.timeMs);
}

function levelRows({ sensors, limits }: LevelsComparison, series: SeriesBySensor): ComparisonRow[] {
  const round = rounder(LEVEL_DENSITY);
  const rows: ComparisonRow[] = [];
  // A level that has failed must not silence the others.
  const instants = sensors.map((sensor) => series.get(sensor)!.time).find(({ length }) => length > 0) ?? NONE;
  for (const timeMs of instants) {
    const inForce = inForceAt(limits, timeMs);
    if (inForce === undefined) continue;
    const levels = sensors.flatMap((sensor) => {
      const { time, values } = series.get(sensor)!;
      const at = nearest(time, timeMs, inForce.withinMs);
      return at < 0 ? [] : { sensor, density: values[0][at], pressure: values[1][at] };
    });
    // Stable: of two levels of equal pressure the one that stands first in the site file is the upper one.
    levels.sort((a, b) => a.pressure - b.pressure);
    for (let i = 1; i < levels.length; i++) {
      const [upper, lower] = [levels[i - 1], levels[i]];
      const flow = densityInversionFlow(inForce.suspect, inForce.fail);
      // What two rounded numbers differ by is rounded too: the last binary digit must not decide.
      const grown = round(lower.density - upper.density);
      flow.push(timeMs, 0, upper.pressure, Number.NaN);
      const flag = oceanSitesOf(flow.push(timeMs, grown, lower.pressure, Number.NaN));
      rows.push({
        timeMs,
        difference: grown,
        flag,
        values: [upper.sensor, lower.sensor, round(upper.density), round(lower.density)],
      });
    }
  }
  return rows;
}

/** Of the two compared parameters the one with more digits: differences have as many. */
function finerOf({ of, against }: PairComparison): string {
  const digits = (code: string): number => PARAMETERS.get(code)!.digits;
  return digits(of.parameter) >= digits(against.parameter) ? of.parameter : against.parameter;
}

/** The columns between `time` and `difference`: what was compared, and with which digits. */
function columnsOf(comparison: Comparison): { readonly names: readonly string[]; readonly digits: number } {
  if (comparison.kind === 'levels') {
    const names = ['upper', 'lower', `upper_${LEVEL_DENSITY}`, `lower_${LEVEL_DENSITY}`];
    return { names, digits: PARAMETERS.get(LEVEL_DENSITY)!.digits };
  }
  const { of, against } = comparison;
  return {
    names: [of, against].map(({ sensor, parameter }) => `${sensor}_${parameter}`),
    digits: PARAMETERS.get(finerOf(comparison))!.digits,
  };
}

function csvOf(comparison: Comparison, rows: readonly ComparisonRow[]): string {
  const { names, digits } = columnsOf(comparison);
  const text = (value: number | string): string => (typeof value === 'string' ? value : value.toFixed(digits));
  const lines = rows.map(({ timeMs, difference, flag, values }) =>
    [iso(timeMs), ...values.map(text), text(difference), flag].join(','),
  );
  return [['time', ...names, 'difference', 'difference_QC'].join(','), ...lines, ''].join('\n');
}

function valuesWithin({ time, values }: CsvSeries, fromMs: number, toMs: number): Float64Array {
  return values[0].filter((_, i) => time[i] >= fromMs && time[i] < toMs);
}

/** Of at least one value; of an even number the mean of the two in the middle. */
function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
