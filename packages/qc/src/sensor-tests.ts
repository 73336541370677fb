/** The tests of one sensor, made ready once: dated entries of the site file, by parameter, with what every parameter has anyway. */
import { PARAMETERS, type Sensor } from '@emso/core';
import type { PreparedTest } from './flow.ts';
import { prepareTests, reachOf } from './registry.ts';

/** The tests in force from a time on, by code. */
export interface TestsInForce {
  readonly validFrom: number;
  readonly tests: ReadonlyMap<string, readonly PreparedTest[]>;
  /** The same as the site file writes them, test by test: thresholds are published with the flags. */
  readonly thresholds: ReadonlyMap<string, Thresholds>;
}

/** Test name → its thresholds and where they come from. */
export type Thresholds = Readonly<Record<string, unknown>>;

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
  /** Parameters that are never better than suspect in rows received at a time (oxygen without a confirmed calibration). */
  readonly cappedAt?: (receivedMs: number) => ReadonlySet<string>;
}

/**
 * The tests that the site file names for these codes. A parameter without a gross range of its own is held to what any sensor of
 * its kind can mean. Throws on an entry that `qcFaults` refuses.
 */
export function sensorTests(
  { qc, cadenceMs }: Pick<Sensor, 'qc' | 'cadenceMs'>,
  codes: readonly string[],
  inputs: ReadonlyMap<string, readonly string[]> = new Map(),
  cappedAt?: (receivedMs: number) => ReadonlySet<string>,
): SensorTests {
  const dated = qc[0]?.validFrom === Number.NEGATIVE_INFINITY ? qc : [{ validFrom: Number.NEGATIVE_INFINITY }, ...qc];
  const entries = dated.map((entry): TestsInForce => {
    const own = entry as Readonly<Record<string, unknown>>;
    const thresholds = new Map(codes.map((code) => [code, configOf(own[code], code)]));
    return {
      validFrom: entry.validFrom,
      tests: new Map(codes.map((code) => [code, prepareTests(thresholds.get(code) ?? {}, cadenceMs)])),
      thresholds,
    };
  });
  const all = entries.flatMap(({ tests }) => [...tests.values()].flat());
  const lateRows = Math.max(0, ...all.map((test) => test.lateRows));
  return { entries, ...reachOf(all), lateRows, inputs, ...(cappedAt !== undefined && { cappedAt }) };
}

const ANY_SENSOR = 'what any sensor of the kind can mean';

function configOf(own: unknown, code: string): Thresholds {
  const tests = (own ?? {}) as Thresholds;
  const range = PARAMETERS.get(code)?.validRange;
  if (tests['grossRange'] !== undefined || range === undefined) return tests;
  return { grossRange: { fail: range, source: ANY_SENSOR }, ...tests };
}

/** The index of the entry in force at an observation time. */
export function entryAt({ entries }: SensorTests, timeMs: number): number {
  return entries.findLastIndex(({ validFrom }) => validFrom <= timeMs);
}
