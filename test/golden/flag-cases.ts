/**
 * What a flag case's `test` means here: the arguments and thresholds of ioos_qc, seconds and all, put to the flows of the qc
 * package. The files give no cadence, so counts come from the median step, as the reference takes them; neighbours may be
 * any distance apart.
 */
import {
  aggregate,
  attenuatedSeries,
  attenuatedSignalFlow,
  boxCorners,
  type Columns,
  type Corner,
  climatologyFlow,
  type Distance,
  dataReceptionAnswer,
  densityInversionFlow,
  duplicateTimestamps,
  type Flow,
  flatLineFlow,
  geodesicM,
  grossRangeTest,
  haversineM,
  impossibleDateAnswer,
  locationBoundsAnswer,
  locationFlow,
  meanDirection,
  PERIODS,
  type Period,
  percentileRange,
  pressureIncreasingFlow,
  rateOfChangeFlow,
  runFlow,
  SPIKE_METHODS,
  type Span,
  speedFlow,
  spikeFlow,
  syntaxAnswer,
  timeGapSeries,
  UNLIMITED,
  validRangeAnswer,
} from '@emso/qc';
import type { Input, Value } from './functions.ts';

/** Computes the flags of a case from its `args` and `config`; throws where those cannot be meant. */
export type FlagTest = (args: Input, config: Input) => number[];

const GOOD = 1;
const MISSING = 9;

export const FLAG_TESTS: ReadonlyMap<string, FlagTest> = new Map(
  Object.entries({
    gross_range_test: (args, { fail_span, suspect_span }) => {
      const values = column(args, 'inp');
      const suspect = suspect_span === undefined || suspect_span === null ? undefined : spanOf(suspect_span);
      return written(values.length, (out) => grossRangeTest(values, 0, values.length, spanOf(fail_span), suspect, out));
    },
    valid_range_test: (args, { valid_span, start_inclusive, end_inclusive }) => {
      const [low, high] = (valid_span as Value[]).map((each) => (typeof each === 'string' ? instant(each) : each)) as [
        number | null,
        number | null,
      ];
      const range = {
        low,
        high,
        lowInclusive: (start_inclusive ?? true) === true,
        highInclusive: end_inclusive === true,
      };
      return Array.from(column(args, args['inp'] === undefined ? 't_ms' : 'inp'), (each) =>
        validRangeAnswer(each, range),
      );
    },
    spike_test: (args, { suspect_threshold, fail_threshold, method }) => {
      const values = column(args, 'inp');
      if (values.length === 0) throw new Error('expected at least one value, found none');
      const height = SPIKE_METHODS[choice(method ?? 'average', ['average', 'differential'])];
      return flags(spikeFlow(height, threshold(suspect_threshold), threshold(fail_threshold), UNLIMITED), 1, {
        time: new Float64Array(values.length),
        values,
      });
    },
    rate_of_change_test: (args, config) =>
      flags(
        rateOfChangeFlow(1000, threshold(config['threshold']), threshold(config['fail_threshold']), UNLIMITED),
        0,
        series(args),
      ),
    flat_line_test: (args, { suspect_threshold, fail_threshold, tolerance }) => {
      const columns = series(args);
      // Fewer than three points have no step to count with.
      if (columns.values.length < 3) return Array.from(columns.values, (each) => (Number.isFinite(each) ? 2 : MISSING));
      const stepMs = medianStepMs(columns.time);
      const cadenceMs = stepMs >= 1000 ? Math.trunc(stepMs / 1000) * 1000 : stepMs;
      // A count of 0 calls every point flat: our settings refuse that, the reference's cases ask for it.
      const count = (seconds: Value): number => Math.trunc((Math.trunc(threshold(seconds)) * 1000) / cadenceMs);
      const settings = {
        tolerance: (tolerance ?? 0) as number,
        suspectCount: count(suspect_threshold),
        failCount: count(fail_threshold),
        lookbackMs: Number.POSITIVE_INFINITY,
      };
      return flags(flatLineFlow(settings, UNLIMITED), 0, columns);
    },
    attenuated_signal_test: (args, config) => {
      const columns = series(args);
      const { suspect_threshold, fail_threshold, test_period, min_obs, min_period, check_type } = config;
      const periodMin = Math.trunc(((min_period ?? 0) as number) / (medianStepMs(columns.time) / 1000));
      const settings = {
        measure: choice(check_type ?? 'std', ['std', 'range']),
        suspect: suspect_threshold as number,
        fail: fail_threshold as number,
        minCount: (min_obs ?? (min_period ? periodMin : 1)) as number,
      };
      if (!test_period) return written(columns.values.length, (out) => attenuatedSeries(columns.values, settings, out));
      return flags(attenuatedSignalFlow(settings, (test_period as number) * 1000, UNLIMITED.maxGapMs), 0, columns);
    },
    density_inversion_test: (args, { suspect_threshold, fail_threshold }) => {
      const [values, depth] = [column(args, 'inp'), column(args, 'zinp')];
      sameLength(values, depth);
      const least = (each: Value): number => (each ?? Number.NEGATIVE_INFINITY) as number;
      const time = new Float64Array(values.length);
      const flow = densityInversionFlow(least(suspect_threshold), least(fail_threshold));
      return flags(flow, 1, { time, values, partners: [depth] });
    },
    location_test: (args, { range_max, range_method }) => {
      const columns = positions(args);
      const distance = distanceOf(range_max === undefined ? 'haversine' : range_method);
      return flags(locationFlow(distance, threshold(range_max)), 0, columns);
    },
    speed_test: (args, { suspect_threshold, fail_threshold }) =>
      flags(speedFlow(geodesicM, threshold(suspect_threshold), threshold(fail_threshold)), 0, positions(args)),
    location_bounds_test: (args, { shape, flag_area }) => {
      const { values: lon, partners = [] } = positions(args);
      const corners = cornersOf(shape);
      const inside = choice(flag_area ?? 'outside', ['outside', 'inside']) === 'inside';
      return Array.from(lon, (each, i) => locationBoundsAnswer(each, partners[0][i], corners, inside));
    },
    percentile_range_test: (args, { low_percentile, hi_percentile, pad }) => {
      const values = column(args, 'inp');
      const [low, high] = [(low_percentile ?? 5) as number, (hi_percentile ?? 95) as number];
      return written(values.length, (out) => percentileRange(values, low, high, (pad ?? 0) as number, out));
    },
    climatology_test: (args, { members }) => {
      const columns = series(args);
      const z =
        args['zinp'] === undefined ? new Float64Array(columns.values.length).fill(Number.NaN) : column(args, 'zinp');
      sameLength(columns.values, z);
      return flags(climatologyFlow((members as Input[]).map(memberOf)), 0, { ...columns, partners: [z] });
    },
    time_gap_test: (args, { fail_span }) => {
      const time = column(args, 't_ms');
      return written(time.length, (out) => timeGapSeries(time, hoursMs(fail_span ?? 2), out));
    },
    data_reception_test: (args, { fail_span, from_time }) => {
      const at = from_time === undefined ? Date.now() : instant(from_time);
      return Array.from(column(args, 't_ms'), (each) => dataReceptionAnswer(each, hoursMs(fail_span ?? 6), at));
    },
    impossible_date_test: (args, { fail_span }) => {
      const [first, last] = (fail_span ?? []) as Value[];
      const from = first === undefined ? Number.NEGATIVE_INFINITY : instant(first);
      const to = Math.min(Date.now(), last === undefined ? Number.POSITIVE_INFINITY : instant(last));
      return Array.from(column(args, 't_ms'), (each) => impossibleDateAnswer(each, from, to));
    },
    duplicate_timestamp_test: (args) => {
      const time = column(args, 't_ms');
      return written(time.length, (out) => duplicateTimestamps(time, out));
    },
    pressure_increasing_test: (args) => {
      const values = column(args, 'inp');
      const flow = pressureIncreasingFlow(meanDirection(values), UNLIMITED.maxGapMs, GOOD);
      return flags(flow, 0, { time: new Float64Array(values.length), values });
    },
    syntax_test: (args, { nchar, lentype, delimiter }) => {
      const unit = choice(
        String(lentype ?? 'char')
          .trim()
          .toLowerCase(),
        ['char', 'byte'],
      );
      const measure =
        typeof delimiter === 'string'
          ? { delimiter }
          : unit === 'char'
            ? ('characters' as const)
            : ('hexBytes' as const);
      return (args['lines'] as string[]).map((line) => syntaxAnswer(line, nchar as number, measure));
    },
    aggregate: (_args, { flag_vectors }) => {
      const vectors = flag_vectors as number[][];
      for (const vector of vectors) sameLength(vectors[0], vector);
      return (vectors[0] ?? []).map((_, i) => aggregate(vectors.map((vector) => vector[i])));
    },
  } satisfies Record<string, FlagTest>),
);

function flags(flow: Flow, lateRows: number, columns: Columns): number[] {
  const test = { name: 'golden', partners: [], lookbackMs: 0, lookaheadMs: 0, lateRows, open: () => flow };
  return written(columns.values.length, (out) => runFlow(test, columns, out));
}

function written(rows: number, write: (out: Uint8Array) => void): number[] {
  const out = new Uint8Array(rows);
  write(out);
  return [...out];
}

function series(args: Input): Columns {
  const [time, values] = [column(args, 't_ms'), column(args, 'inp')];
  sameLength(values, time);
  return { time, values };
}

/** Longitudes as values, latitudes as partners. */
function positions(args: Input): Columns {
  const [values, lat] = [column(args, 'lon'), column(args, 'lat')];
  sameLength(values, lat);
  const time = args['t_ms'] === undefined ? new Float64Array(values.length) : column(args, 't_ms');
  sameLength(values, time);
  return { time, values, partners: [lat] };
}

function column(args: Input, name: string): Float64Array {
  const values = args[name];
  if (!Array.isArray(values)) throw new Error(`args ${name}: expected a list`);
  return Float64Array.from(values as Value[], (each) => (each === null ? Number.NaN : Number(each)));
}

function sameLength(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new Error(`expected columns of equal length, found ${a.length} and ${b.length}`);
}

/** A threshold that is not given is never exceeded. */
function threshold(value: Value): number {
  return value === undefined || value === null ? Number.POSITIVE_INFINITY : (value as number);
}

function spanOf(value: Value): Span {
  if (Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number')) {
    return value as unknown as Span;
  }
  throw new Error(`expected a span of two numbers, found ${JSON.stringify(value)}`);
}

function choice<T extends string>(value: Value, words: readonly T[]): T {
  const word = words.find((each) => each === value);
  if (word === undefined) throw new Error(`expected one of ${words.join(', ')}, found ${JSON.stringify(value)}`);
  return word;
}

/** Times of the files are UTC, with or without saying so. */
function instant(value: Value): number {
  const text = String(value);
  const ms =
    typeof value === 'number'
      ? value
      : Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw new Error(`expected a UTC time, found ${JSON.stringify(value)}`);
  return ms;
}

/** Hours are cut to whole seconds. */
function hoursMs(hours: Value): number {
  return Math.trunc((hours as number) * 3600) * 1000;
}

function medianStepMs(time: Float64Array): number {
  const steps = Float64Array.from({ length: Math.max(0, time.length - 1) }, (_, i) => time[i + 1] - time[i]).sort();
  const half = steps.length >> 1;
  return steps.length % 2 === 1 ? steps[half] : (steps[half - 1] + steps[half]) / 2;
}

function distanceOf(method: Value): Distance {
  return choice(method ?? 'haversine', ['haversine', 'wgs84']) === 'wgs84' ? geodesicM : haversineM;
}

function cornersOf(shape: Value): readonly Corner[] {
  const numbers = shape as readonly Value[];
  if (numbers.length === 4 && numbers.every((each) => typeof each === 'number')) {
    const [west, south, east, north] = numbers as number[];
    return boxCorners(west, south, east, north);
  }
  if (numbers.length < 3 || !numbers.every((each) => Array.isArray(each))) {
    throw new Error(
      `expected [minlon, minlat, maxlon, maxlat] or at least three [lon, lat], found ${JSON.stringify(shape)}`,
    );
  }
  return numbers as unknown as Corner[];
}

function memberOf({ tspan, vspan, fspan, zspan, period }: Input) {
  const optional = (value: Value): Span | undefined =>
    value === undefined || value === null ? undefined : spanOf(value);
  const named: Period | undefined = period === undefined || period === null ? undefined : choice(period, PERIODS);
  const when = named === undefined ? (tspan as Value[]).map(instant) : tspan;
  return { when: spanOf(when), period: named, z: optional(zspan), suspect: spanOf(vspan), fail: optional(fspan) };
}
