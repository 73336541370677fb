/** Whether the flags of a case are what the reference, or where that is odd the note beside it, says. */
import { aggregate } from '@emso/qc';
import { said } from './compare.ts';
import { FLAG_TESTS, type FlagTest } from './flag-cases.ts';
import type { Input, Value } from './functions.ts';

/** A case that names a `test`. */
export interface FlagCase {
  readonly test?: Value;
  readonly args?: Value;
  readonly config?: Value;
  readonly expected?: Value;
  readonly expected_sane?: Value;
  readonly expected_error?: Value;
  readonly expected_per_test?: Value;
  readonly tags?: Value;
}

/** What is wrong with a case; nothing when it passes. */
export function flagFaults(one: FlagCase, tests: ReadonlyMap<string, FlagTest> = FLAG_TESTS): string[] {
  const name = String(one.test);
  const args = (one.args ?? {}) as Input;
  const config = (one.config ?? {}) as Input;
  if (name === 'stream') return streamFaults(one, args, config, tests);
  const run = tests.get(name);
  if (run === undefined) {
    return [`expected one of the ${tests.size} known tests: add it to test/golden/flag-cases.ts`];
  }
  const { expected, expected_sane: sane, expected_error: refusal } = one;
  if (expected === undefined && refusal === undefined) {
    return ['expected a field "expected" or "expected_error", found none'];
  }
  let found: number[];
  try {
    found = run(args, config);
  } catch (error) {
    return refusal === undefined ? [error instanceof Error ? error.message : String(error)] : [];
  }
  // The sane answer counts only where the file says that the reference is odd.
  const odd = Array.isArray(one.tags) && one.tags.includes('quirk');
  const accepted = [...(odd && sane !== undefined ? [sane] : []), ...(expected === undefined ? [] : [expected])];
  if (accepted.some((each) => said(each) === said(found))) return [];
  return accepted.length === 0
    ? [`expected to be refused (${said(refusal)}), found ${said(found)}`]
    : [`expected ${accepted.map(said).join(' or ')}, found ${said(found)}`];
}

/** Several tests on one series, and their roll-up. */
function streamFaults(one: FlagCase, args: Input, config: Input, tests: ReadonlyMap<string, FlagTest>): string[] {
  const each = (one.expected_per_test ?? {}) as Input;
  const faults = Object.entries(each).flatMap(([test, expected]) =>
    flagFaults({ test, args, config: config[test], expected }, tests).map((fault) => `${test}: ${fault}`),
  );
  if (faults.length > 0) return faults;
  const names = Object.keys(config);
  const unknown = names.filter((name) => !tests.has(name));
  if (unknown.length > 0) return [`expected known tests in "config", found ${unknown.join(', ')}`];
  const flags = names.map((name) => (tests.get(name) as FlagTest)(args, config[name] as Input));
  const found = (flags[0] ?? []).map((_, i) => aggregate(flags.map((column) => column[i])));
  return said(found) === said(one.expected) ? [] : [`roll-up: expected ${said(one.expected)}, found ${said(found)}`];
}
