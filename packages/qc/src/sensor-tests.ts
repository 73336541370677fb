/**
 * The tests of one sensor, made ready once: dated entries of the site file, by parameter, with what every instrument of its model
 * and every parameter has anyway.
 */
import { PARAMETERS, type Sensor } from '@emso/core';
import { DIAGNOSTICS } from './diagnostics.ts';
import type { PreparedTest } from './flow.ts';
import { prepareTests, type QcEntry, reachOf } from './registry.ts';

/** Who asks for a test. */
export type Origin = 'site file' | 'instrument model' | 'parameter table';

/** What a test was made from. */
export interface Asked {
  readonly thresholds: unknown;
  readonly origin: Origin;
}

/** The tests in force from a time on, by code. */
export interface TestsInForce {
  readonly validFrom: number;
  readonly tests: ReadonlyMap<string, readonly PreparedTest[]>;
  /** What they were made from, by code and test. */
  readonly asked: ReadonlyMap<string, Readonly<Record<string, Asked>>>;
}

export interface SensorTests {
  /** In order of `validFrom`; the first one holds since ever. */
  readonly entries: readonly TestsInForce[];
  /** How far any test looks back and ahead: W and L of PROMISE 16. */
  readonly lookbackMs: number;
  readonly lookaheadMs: number;
  /** So many rows later an answer can still change. */
  readonly lateRows: number;
  /** What a computed parameter is computed from: it is never better than the worst of them. */
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  /**
   * What the instrument says of itself and a measured parameter depends on (a current on tilt): never better than the worst of
   * them either, but one that is missing says nothing. They depend on nothing themselves.
   */
  readonly conditions: ReadonlyMap<string, readonly string[]>;
  /** Parameters that are never better than suspect in rows received at a time (oxygen without a confirmed calibration). */
  readonly cappedAt?: (receivedMs: number) => ReadonlySet<string>;
}

/**
 * The tests of these codes: those that the site file names, the diagnostics of the model, and for a parameter without a gross range
 * what any sensor of its kind can mean. Where two of them ask for the same test of a parameter, the first one counts. Throws on an
 * entry that `qcFaults` refuses.
 */
export function sensorTests(
  { qc, cadenceMs, model }: Pick<Sensor, 'qc' | 'cadenceMs' | 'model'>,
  codes: readonly string[],
  { inputs = new Map(), conditions = new Map() }: Partial<Pick<SensorTests, 'inputs' | 'conditions'>> = {},
  cappedAt?: (receivedMs: number) => ReadonlySet<string>,
): SensorTests {
  const dated = qc[0]?.validFrom === Number.NEGATIVE_INFINITY ? qc : [{ validFrom: Number.NEGATIVE_INFINITY }, ...qc];
  const anyway = new Map(codes.map((code) => [code, askedAnyway(code, model, codes, cadenceMs)]));
  const entries = dated.map((entry): TestsInForce => {
    const own = entry as Readonly<Record<string, unknown>>;
    const asked = new Map(
      codes.map((code) => [code, { ...anyway.get(code), ...askedIn((own[code] ?? {}) as QcEntry, 'site file') }]),
    );
    const prepared = (code: string): PreparedTest[] =>
      prepareTests(
        Object.fromEntries(Object.entries(asked.get(code) ?? {}).map(([name, { thresholds }]) => [name, thresholds])),
        cadenceMs,
      );
    return { validFrom: entry.validFrom, tests: new Map(codes.map((code) => [code, prepared(code)])), asked };
  });
  const all = entries.flatMap(({ tests }) => [...tests.values()].flat());
  const lateRows = Math.max(0, ...all.map((test) => test.lateRows));
  return { entries, ...reachOf(all), lateRows, inputs, conditions, ...(cappedAt !== undefined && { cappedAt }) };
}

const ANY_SENSOR = 'what any sensor of the kind can mean';

/** What is asked of a parameter whatever the site file says. */
function askedAnyway(
  code: string,
  model: string,
  codes: readonly string[],
  cadenceMs: number,
): Readonly<Record<string, Asked>> {
  const range = PARAMETERS.get(code)?.validRange;
  return {
    ...(range !== undefined && askedIn({ grossRange: { fail: range, source: ANY_SENSOR } }, 'parameter table')),
    ...askedIn(diagnosticsOf(code, model, codes, cadenceMs), 'instrument model'),
  };
}

function askedIn(entry: QcEntry, origin: Origin): Record<string, Asked> {
  return Object.fromEntries(Object.entries(entry).map(([name, thresholds]) => [name, { thresholds, origin }]));
}

/** The diagnostics of a parameter whose partners this sensor has. */
function diagnosticsOf(code: string, model: string, codes: readonly string[], cadenceMs: number): QcEntry {
  return Object.fromEntries(
    Object.entries(DIAGNOSTICS[model]?.[code] ?? {}).filter(([name, config]) =>
      prepareTests({ [name]: config }, cadenceMs).every(({ partners }) =>
        partners.every((partner) => codes.includes(partner)),
      ),
    ),
  );
}

/** The parameters whose flags one takes over. */
export function dependsOn({ inputs, conditions }: SensorTests, code: string): readonly string[] {
  return [...(inputs.get(code) ?? []), ...(conditions.get(code) ?? [])];
}

/** The index of the entry in force at an observation time. */
export function entryAt({ entries }: SensorTests, timeMs: number): number {
  return entries.findLastIndex(({ validFrom }) => validFrom <= timeMs);
}
