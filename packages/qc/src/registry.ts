/** Every test that the site file can name, and the check of what it says about them. */
import type { z } from 'zod';
import type { PreparedTest } from './flow.ts';
import type { TestKind } from './test-kind.ts';
import { agreement, optodeSaturation, tilt } from './tests/agreement.ts';
import { attenuatedSignal } from './tests/attenuated-signal.ts';
import { localSpike, tukey53H } from './tests/centred.ts';
import { climatology } from './tests/climatology.ts';
import { densityInversion } from './tests/density-inversion.ts';
import { flatLine } from './tests/flat-line.ts';
import { grossRange } from './tests/gross-range.ts';
import { percentileRangeTest } from './tests/percentile-range.ts';
import { pressureIncreasing } from './tests/pressure-increasing.ts';
import { multiVariate, rateOfChange, step } from './tests/rate-of-change.ts';
import { rateInTime, spike } from './tests/spike.ts';
import { duplicateTimestamp, impossibleDate, timeGap } from './tests/timestamps.ts';
import { validRange } from './tests/valid-range.ts';

const KINDS: readonly TestKind[] = [
  grossRange,
  validRange,
  climatology,
  spike,
  rateOfChange,
  flatLine,
  attenuatedSignal,
  multiVariate,
  step,
  rateInTime,
  localSpike,
  tukey53H,
  agreement,
  tilt,
  optodeSaturation,
  timeGap,
  impossibleDate,
  duplicateTimestamp,
  pressureIncreasing,
  densityInversion,
  percentileRangeTest,
];

/** Tests by their name in the site file, in the order in which reports list them. */
export const REGISTRY: ReadonlyMap<string, TestKind> = new Map(KINDS.map((kind) => [kind.name, kind]));

/** A test by name. Throws for a name that is not one. */
export function testKind(name: string): TestKind {
  const kind = REGISTRY.get(name);
  if (kind === undefined) throw new Error(noSuchTest(name));
  return kind;
}

/** What the site file says about one parameter: test name → thresholds. */
export type QcEntry = Readonly<Record<string, unknown>>;

/** Something wrong in an entry, with the keys that lead to it. */
export interface QcFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Everything that is wrong with the entry of one parameter; a `live` one may hold no test that needs the whole series.
 * `circular` parameters are angles, for which 359 and 1 are far apart: nothing to which that is a jump may be set for them.
 */
export function qcFaults(
  entry: QcEntry,
  { cadenceMs, live, circular = false }: { cadenceMs: number; live: boolean; circular?: boolean },
): QcFault[] {
  return Object.entries(entry).flatMap(([name, config]): QcFault[] => {
    const kind = REGISTRY.get(name);
    if (kind === undefined) return [{ path: [name], message: noSuchTest(name) }];
    if (circular && SUBTRACTS.has(kind)) {
      return [{ path: [name], message: `expected no ${name} for an angle: from 359 to 1 is 2 degrees, not 358` }];
    }
    const parsed = kind.config.safeParse(config);
    if (!parsed.success) {
      return parsed.error.issues.map((issue) => ({ path: [name, ...issue.path], message: said(issue) }));
    }
    const faults = kind.faults(parsed.data, cadenceMs).map((message) => ({ path: [name], message }));
    const refused = live ? kind.prepare(parsed.data, cadenceMs).refusedLive : undefined;
    return refused === undefined
      ? faults
      : [...faults, { path: [name], message: `expected a test that can run live: ${refused}` }];
  });
}

/** The tests of an entry, ready for a series of this cadence, in the order of the registry. Throws when it has a fault. */
export function prepareTests(entry: QcEntry, cadenceMs: number): PreparedTest[] {
  const [fault] = qcFaults(entry, { cadenceMs, live: false });
  if (fault !== undefined) throw new Error(`qc.${fault.path.map(String).join('.')}: ${fault.message}`);
  return KINDS.filter(({ name }) => entry[name] !== undefined).map((kind) =>
    kind.prepare(kind.config.parse(entry[kind.name]), cadenceMs),
  );
}

/** How far some tests look back and ahead, together: W and L of PROMISE 16. */
export function reachOf(tests: readonly PreparedTest[]): { lookbackMs: number; lookaheadMs: number } {
  return {
    lookbackMs: Math.max(0, ...tests.map((test) => test.lookbackMs)),
    lookaheadMs: Math.max(0, ...tests.map((test) => test.lookaheadMs)),
  };
}

/** Tests to which a turn through north looks like a jump. A flat line or a lost spread is only overlooked there. */
const SUBTRACTS: ReadonlySet<TestKind> = new Set([
  spike,
  rateOfChange,
  multiVariate,
  step,
  rateInTime,
  localSpike,
  tukey53H,
  agreement,
]);

function noSuchTest(name: string): string {
  return `expected a test (${[...REGISTRY.keys()].join(', ')}), found '${name}'`;
}

function said(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `expected no key ${issue.keys.join(', ')}`;
  return issue.message;
}
