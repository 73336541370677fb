/** Where the golden files say themselves, or their companions say, that `expected` is not the answer to give. */
import type { Input, Value } from './functions.ts';

/** Still water has no direction: the files write 0 and note "report direction as missing instead". Both are accepted. */
export function orMissing(name: string, input: Input, expected: Value): Value | undefined {
  const still =
    (name === 'speed_direction' && input['u'] === 0 && input['v'] === 0) ||
    (name === 'apply_declination' && input['u_mag'] === 0 && input['v_mag'] === 0);
  return still && typeof expected === 'object' ? { ...(expected as Input), direction: null } : undefined;
}

/** A case whose `expected` cannot be computed from its input by the formula it is for. */
interface Dispute {
  readonly function: string;
  readonly input: Input;
  readonly why: string;
}

const DISPUTES: readonly Dispute[] = [
  {
    function: 'optode_svu',
    input: { phase: 27.799, T: 19.841 },
    why:
      'the number printed beside these inputs does not follow from them (the formula gives 363.9312); vectors.json says of it ' +
      '"do not use it", and the three unit-test values of the same source and constants agree to 1e-6',
  },
];

/** Why a case is in dispute; undefined for all others. */
export function disputeOf(name: string, input: Input): string | undefined {
  return DISPUTES.find(
    (each) => each.function === name && Object.entries(each.input).every(([key, value]) => input[key] === value),
  )?.why;
}
