/** Runs the cases of one golden file: value in, counts and failures out. */
import { disputeOf, orMissing } from './allowances.ts';
import { deviations, largestError } from './compare.ts';
import { FUNCTIONS, type GoldenFunction, type Input, type Value } from './functions.ts';
import { type FlagCase, flagFaults } from './judge-flags.ts';

interface GoldenCase extends FlagCase {
  readonly id?: Value;
  readonly function?: Value;
  readonly input?: Value;
  readonly expected?: Value;
  readonly tolerance?: Value;
  readonly tags?: Value;
}

export interface Counts {
  passed: number;
  failed: number;
}

/** What came of the cases of one function, or of one test. */
export interface FunctionCounts extends Counts {
  /** Largest distance of a number from what the reference computed, over this many cases: printed values are rounded. */
  largest: number;
  computed: number;
}

/** What came of a file. */
export interface FileResult {
  /** Undefined when the file has no list of cases: then it is no golden file, and nothing in it was compared. */
  readonly counts?: Counts;
  readonly byFunction: ReadonlyMap<string, FunctionCounts>;
  /** One line each: id, function, and what was expected and found. */
  readonly failures: readonly string[];
  /** Cases that fail, but whose `expected` is in dispute, one line each; they count neither way. */
  readonly disputed: readonly string[];
  /** Cases of another shape, and the fields of the first one; they count neither way. */
  readonly skipped: { count: number; fields: string };
}

/** Compares every case of a parsed file with what our functions give. */
export function runFile(content: unknown, functions: ReadonlyMap<string, GoldenFunction> = FUNCTIONS): FileResult {
  const byFunction = new Map<string, FunctionCounts>();
  const skipped = { count: 0, fields: '' };
  const failures: string[] = [];
  const disputed: string[] = [];
  const cases = (content as { cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases)) return { byFunction, failures, disputed, skipped };
  const counts: Counts = { passed: 0, failed: 0 };
  for (const [i, each] of (cases as unknown[]).entries()) {
    const one = (each ?? {}) as GoldenCase;
    if (one.function === undefined && one.test === undefined) {
      if (skipped.count++ === 0) skipped.fields = Object.keys(one).join(', ');
      continue;
    }
    const flagged = one.function === undefined;
    const name = String(flagged ? one.test : one.function);
    const { faults, error } = flagged ? { faults: flagFaults(one), error: 0 } : judge(one, functions);
    const title = `${String(one.id ?? `case ${i + 1}`)} ${name}`;
    const dispute = faults.length > 0 ? disputeOf(name, (one.input ?? {}) as Input) : undefined;
    if (dispute !== undefined) {
      disputed.push(`${title}: ${faults.join('; ')}: ${dispute}`);
      continue;
    }
    const ofName = byFunction.get(name) ?? { passed: 0, failed: 0, largest: 0, computed: 0 };
    byFunction.set(name, ofName);
    if (!flagged && !(Array.isArray(one.tags) && one.tags.includes('published'))) {
      ofName.largest = Math.max(ofName.largest, error);
      ofName.computed++;
    }
    for (const count of [counts, ofName]) {
      if (faults.length === 0) count.passed++;
      else count.failed++;
    }
    failures.push(...faults.map((fault) => `${title}: ${fault}`));
  }
  return { counts, byFunction, failures, disputed, skipped };
}

/** What is wrong with a case, and how far off its numbers are. */
function judge(
  { function: name, input, expected, tolerance }: GoldenCase,
  functions: ReadonlyMap<string, GoldenFunction>,
): { faults: string[]; error: number } {
  const fault = (text: string) => ({ faults: [text], error: 0 });
  const run = functions.get(String(name));
  if (run === undefined) {
    return fault(`expected one of the ${functions.size} known functions: add it to test/golden/functions.ts`);
  }
  if (expected === undefined) return fault('expected a field "expected", found none');
  if (typeof tolerance !== 'number') {
    return fault(`expected a number as "tolerance", found ${JSON.stringify(tolerance)}`);
  }
  try {
    const values = (input ?? {}) as Input;
    const found = run(values);
    const other = orMissing(String(name), values, expected);
    const alike = other !== undefined && deviations(other, found, tolerance).length === 0;
    return { faults: alike ? [] : deviations(expected, found, tolerance), error: largestError(expected, found) };
  } catch (error) {
    // A function that throws is a failure of this case; the others still count.
    return fault(error instanceof Error ? error.message : String(error));
  }
}
