/**
 * What sensors say of each other, as the site file declares it: which values are compared, how far apart they may be, and since
 * when. Outside the platforms, because nothing here changes a sensor's own files or flags.
 */
import { z } from 'zod';
import { describeFound } from './config-fault.ts';
import { isMeasured, PARAMETERS } from './parameters.ts';
import { DAY_MS } from './time.ts';

/** A value of a sensor. */
export interface ComparedValue {
  readonly sensor: string;
  readonly parameter: string;
}

interface Declared {
  readonly id: string;
  readonly title: { readonly fr: string; readonly en: string };
}

/** Thresholds from a time on, in the unit of what is compared. */
export interface PairLimits {
  readonly validFrom: number;
  /** A value is compared with the one nearest in time, within so much… */
  readonly withinMs?: number;
  /** …or medians are, of periods that divide the UTC day. Exactly one of the two is given. */
  readonly medianMs?: number;
  /** Fewer values of either side make no median. */
  readonly minSamples: number;
  /** Taken off the difference: what it is where both are right. */
  readonly offset: number;
  /** Suspect and bad where the difference is larger, either way; one of them at least is finite. */
  readonly suspect: number;
  readonly fail: number;
  readonly source: string;
}

export interface PairComparison extends Declared {
  readonly kind: 'pair';
  /** The difference is that of `of` less `against`. */
  readonly of: ComparedValue;
  readonly against: ComparedValue;
  readonly limits: readonly PairLimits[];
}

export interface LevelsLimits {
  readonly validFrom: number;
  /** Values of other levels count for an instant when they are so near to it. */
  readonly withinMs: number;
  /** Suspect and bad where density grows less than this downwards; negative. */
  readonly suspect: number;
  readonly fail: number;
  readonly source: string;
}

/** Density must grow downwards, over sensors of one water column at one time. */
export interface LevelsComparison extends Declared {
  readonly kind: 'levels';
  /** The first one that has values on a day gives its instants; which one lies deeper, their pressures say. */
  readonly sensors: readonly string[];
  readonly limits: readonly LevelsLimits[];
}

export type Comparison = PairComparison | LevelsComparison;

/** How a threshold's name ends, by the unit of the parameter table. Without a word for its unit a parameter is not compared. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  degC: 'DegC',
  dbar: 'Dbar',
  // Practical salinity is the only number without a unit.
  '1': 'Pss',
  'S/m': 'SPerM',
  'kg m-3': 'KgPerM3',
  'm s-1': 'MPerS',
  'm-1': 'PerM',
  m: 'M',
  'umol/l': 'UmolPerL',
  'umol/kg': 'UmolPerKg',
  'ml/l': 'MlPerL',
  'mg/l': 'MgPerL',
  '%': 'Percent',
};

/** The density that levels are compared by. */
export const LEVEL_DENSITY = 'DENS';

/** The names of the numbers that thresholds of a parameter have in the site file: `suspectDegC`. */
function namesOf(parameter: string): { suspect: string; fail: string; offset: string } {
  const word = UNIT_WORDS[PARAMETERS.get(parameter)?.unit ?? ''] ?? '';
  return { suspect: `suspect${word}`, fail: `fail${word}`, offset: `offset${word}` };
}

/** What the site file has in common with all its parts. */
interface Words {
  readonly token: z.ZodType<string, string>;
  readonly factText: z.ZodType<string, string>;
  readonly instant: z.ZodType<number, string>;
  readonly bilingual: z.ZodType<{ fr: string; en: string }>;
}

type Fault = (path: readonly (string | number)[], message: string) => void;

/** The key `comparisons`. */
export function comparisonsConfig({ token, factText, instant, bilingual }: Words) {
  const side = z.strictObject({ sensor: token, parameter: z.string() });
  const limits = z.array(z.looseObject({ validFrom: instant, source: factText })).min(1);
  const head = { id: token, title: bilingual };
  const pair = z.strictObject({ ...head, kind: z.literal('pair'), of: side, against: side, limits });
  const levels = z.strictObject({ ...head, kind: z.literal('levels'), sensors: z.array(token), limits });
  const one = z
    .discriminatedUnion('kind', [pair, levels], {
      error: ({ code, input }) =>
        code === 'invalid_union'
          ? `expected pair or levels (one of them), found ${describeFound((input as { kind?: unknown })?.kind)}`
          : undefined,
    })
    .transform((written, context): Comparison => {
      let isWell = true;
      const fault: Fault = (path, message) => {
        isWell = false;
        context.addIssue({ code: 'custom', path: [...path], message });
      };
      const made = written.kind === 'pair' ? pairOf(written, fault) : levelsOf(written, fault);
      return isWell ? made : z.NEVER;
    });
  return z.array(one).superRefine((comparisons, context) => {
    comparisons.forEach(({ id }, i) => {
      const earlier = comparisons.findIndex((other) => other.id === id);
      if (earlier === i) return;
      const message = `expected a comparison id of its own, found '${id}' also at comparisons[${earlier}]`;
      context.addIssue({ code: 'custom', path: [i, 'id'], message });
    });
  });
}

/** As written: thresholds under any name. */
type Written = Readonly<Record<string, unknown>> & { readonly validFrom: number; readonly source: string };

function pairOf(
  written: Omit<PairComparison, 'limits'> & { readonly limits: readonly Written[] },
  fault: Fault,
): PairComparison {
  const { of, against } = written;
  for (const [name, { parameter }] of Object.entries({ of, against }))
    comparable([name, 'parameter'], parameter, fault);
  const [unit, other] = [of, against].map(({ parameter }) => PARAMETERS.get(parameter)?.unit);
  if (unit !== undefined && other !== undefined && unit !== other) {
    const message = `expected a parameter in ${unit} as ${of.parameter} is, found ${against.parameter} in ${other}`;
    fault(['against', 'parameter'], message);
  }
  if (of.sensor === against.sensor) {
    fault(
      ['against', 'sensor'],
      `expected another sensor, found '${of.sensor}' again: two values of one are a test (agreement)`,
    );
  }
  const names = namesOf(of.parameter);
  const limits = written.limits.map((entry, i): PairLimits => {
    const known = ['withinMs', 'medianMs', 'minSamples', ...Object.values(names)];
    const number = numbersOf(entry, i, known, fault);
    const [withinMs, medianMs] = [number('withinMs'), number('medianMs')];
    const at = ['limits', i];
    if ((withinMs === undefined) === (medianMs === undefined)) {
      fault(at, 'expected either withinMs (values nearest in time) or medianMs (medians of periods)');
    }
    reach([...at, 'withinMs'], withinMs, fault);
    if (medianMs !== undefined && !(medianMs > 0 && DAY_MS % medianMs === 0)) {
      fault([...at, 'medianMs'], `expected a number of milliseconds that divides the day, found ${medianMs}`);
    }
    const minSamples = number('minSamples') ?? 1;
    if (
      !(Number.isInteger(minSamples) && minSamples >= 1) ||
      (entry['minSamples'] !== undefined && medianMs === undefined)
    ) {
      fault([...at, 'minSamples'], `expected a whole number from 1, beside medianMs, found ${minSamples}`);
    }
    return {
      validFrom: entry.validFrom,
      ...(withinMs !== undefined && { withinMs }),
      ...(medianMs !== undefined && { medianMs }),
      minSamples,
      offset: number(names.offset) ?? 0,
      ...thresholds(names, number, at, 1, fault),
      source: entry.source,
    };
  });
  inOrder(limits, fault);
  return { id: written.id, title: written.title, kind: 'pair', of, against, limits };
}

function levelsOf(
  written: Omit<LevelsComparison, 'limits'> & { readonly limits: readonly Written[] },
  fault: Fault,
): LevelsComparison {
  const { sensors } = written;
  if (sensors.length < 2) fault(['sensors'], `expected two levels at least, found ${sensors.length}`);
  sensors.forEach((sensor, i) => {
    if (sensors.indexOf(sensor) < i) fault(['sensors', i], `expected each level once, found '${sensor}' again`);
  });
  const names = namesOf(LEVEL_DENSITY);
  const limits = written.limits.map((entry, i): LevelsLimits => {
    const at = ['limits', i];
    const number = numbersOf(entry, i, ['withinMs', names.suspect, names.fail], fault);
    const withinMs = number('withinMs') ?? 0;
    if (entry['withinMs'] === undefined) fault(at, 'expected withinMs: how near in time values are of one instant');
    reach([...at, 'withinMs'], withinMs, fault);
    return {
      validFrom: entry.validFrom,
      withinMs,
      ...thresholds(names, number, at, -1, fault),
      source: entry.source,
    };
  });
  inOrder(limits, fault);
  return { id: written.id, title: written.title, kind: 'levels', sensors, limits };
}

function comparable(path: readonly string[], code: string, fault: Fault): void {
  if (!isMeasured(code)) fault(path, `expected a code of the parameter table such as TEMP, found '${code}'`);
  else if (PARAMETERS.get(code)?.circular === true) {
    fault(path, `expected a parameter that can be subtracted, found the angle ${code}: from 359 to 1 is 2 degrees`);
  } else if (UNIT_WORDS[PARAMETERS.get(code)!.unit] === undefined) {
    fault(path, `expected a parameter in one of ${Object.keys(UNIT_WORDS).join(', ')}, found ${code}`);
  }
}

/** The numbers of an entry by name; other keys, and values that are none, are faults. */
function numbersOf(entry: Written, i: number, known: readonly string[], fault: Fault) {
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'validFrom' || name === 'source') continue;
    const path = ['limits', i, name];
    if (!known.includes(name)) fault(path, `expected one of ${known.join(', ')}, found '${name}'`);
    else if (!Number.isFinite(value)) fault(path, `expected a number, found ${describeFound(value)}`);
  }
  return (name: string): number | undefined => {
    const value = entry[name];
    return typeof value === 'number' ? value : undefined;
  };
}

/**
 * The two thresholds of an entry: from 0 upwards where what is found may be too large (`sign` 1), from 0 downwards where density may
 * grow too little (−1), the bad one never nearer to 0. One that is not written is never passed.
 */
function thresholds(
  names: { readonly suspect: string; readonly fail: string },
  number: (name: string) => number | undefined,
  at: readonly (string | number)[],
  sign: 1 | -1,
  fault: Fault,
): { suspect: number; fail: number } {
  const [suspect, fail] = [number(names.suspect), number(names.fail)];
  if ((suspect ?? fail) === undefined) fault(at, `expected ${names.suspect}, ${names.fail} or both`);
  const range = sign === 1 ? 'from 0' : 'not above 0 (density grows downwards)';
  for (const [name, value] of [
    [names.suspect, suspect],
    [names.fail, fail],
  ] as const) {
    if (value !== undefined && !(sign * value >= 0)) {
      fault([...at, name], `expected a number ${range}, found ${value}`);
    }
  }
  if (suspect !== undefined && fail !== undefined && sign * fail < sign * suspect) {
    const side = sign === 1 ? 'below' : 'above';
    fault([...at, names.fail], `expected a number not ${side} ${names.suspect} (${suspect}), found ${fail}`);
  }
  const never = sign * Number.POSITIVE_INFINITY;
  return { suspect: suspect ?? never, fail: fail ?? never };
}

/** Pairs are of one UTC day: half of it is far enough. */
function reach(path: readonly (string | number)[], withinMs: number | undefined, fault: Fault): void {
  if (withinMs === undefined || (withinMs >= 0 && withinMs <= DAY_MS / 2)) return;
  fault(path, `expected a number of milliseconds from 0 to ${DAY_MS / 2}, found ${withinMs}`);
}

function inOrder(limits: readonly { readonly validFrom: number }[], fault: Fault): void {
  limits.forEach(({ validFrom }, i) => {
    if (i === 0 || validFrom > limits[i - 1].validFrom) return;
    fault(['limits', i, 'validFrom'], 'expected a later time than in the entry before');
  });
}

/** The sensors of a comparison, each once. */
export function comparedSensors(comparison: Comparison): readonly string[] {
  return comparison.kind === 'pair' ? [comparison.of.sensor, comparison.against.sensor] : comparison.sensors;
}

/** What a comparison needs a sensor to measure or to give computed. */
export function comparedCodes(comparison: Comparison, sensor: string): readonly string[] {
  if (comparison.kind === 'levels') return [LEVEL_DENSITY, 'PRES'];
  return [comparison.of, comparison.against].flatMap((side) => (side.sensor === sensor ? [side.parameter] : []));
}
