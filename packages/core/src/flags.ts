/**
 * Quality flags. Tests speak QARTOD, products speak OceanSITES: the same digit means other things there
 * (2 is "not evaluated" in one and "probably good" in the other), so the map stands here, once.
 */

/** OceanSITES flag values as EMSO uses them: every `<CODE>_QC` holds one of these. */
export const FLAG = {
  unknown: 0,
  good: 1,
  probablyGood: 2,
  suspect: 3,
  bad: 4,
  nominal: 7,
  interpolated: 8,
  missing: 9,
} as const;
export type Flag = (typeof FLAG)[keyof typeof FLAG];

export const FLAG_VALUES: readonly Flag[] = [0, 1, 2, 3, 4, 7, 8, 9];
export const FLAG_MEANINGS: readonly string[] = [
  'unknown',
  'good_data',
  'probably_good_data',
  'potentially_correctable_bad_data',
  'bad_data',
  'nominal_value',
  'interpolated_value',
  'missing_value',
];

/** QARTOD (IODE primary) answers of a single test. */
export const QARTOD = { good: 1, notEvaluated: 2, suspect: 3, fail: 4, missing: 9 } as const;
export type Qartod = (typeof QARTOD)[keyof typeof QARTOD];

/** OceanSITES flag by QARTOD digit; used once, after the roll-up. */
const OCEANSITES_OF_QARTOD: readonly number[] = [
  0,
  FLAG.good,
  FLAG.unknown,
  FLAG.suspect,
  FLAG.bad,
  0,
  0,
  0,
  0,
  FLAG.missing,
];

/** The OceanSITES flag that a rolled-up QARTOD answer becomes in a product. */
export function oceanSitesOf(answer: Qartod): Flag {
  return OCEANSITES_OF_QARTOD[answer] as Flag;
}
