/**
 * Quality flags of other houses, by meaning. The same digit means different things in them (2, 7, 0), so nothing is ever
 * copied from one to another: a flag becomes a meaning, and the meaning a flag.
 */
export const SCHEMES = ['qartod', 'oceansites', 'l20', 'argo', 'copernicus', 'somlit'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** What a flag says, of the value or of how it came about. */
export type Meaning = keyof typeof TABLE;

/** Flag by meaning and scheme, in the order of SCHEMES; none where a scheme has no word for it. */
// biome-ignore format: a table, one meaning a line
const TABLE = {
  //               qartod  oceansites l20  argo copernicus somlit
  notEvaluated:   ['2',    '0',       '0', '0', '0',       '8'],
  // SOMLIT 7 is good but not by its protocol: the honest code for a sensor.
  good:           ['1',    '1',       '1', '1', '1',       '7'],
  probablyGood:   ['1',    '2',       '2', '2', '2',       '2'],
  suspect:        ['3',    '3',       '3', '3', '3',       '3'],
  bad:            ['4',    '4',       '4', '4', '4',       '4'],
  changed:        [null,   null,      '5', '5', '5',       null],
  belowDetection: [null,   null,      '6', null, '6',      '0'],
  // 7 in L20 is a value in excess.
  nominal:        [null,   '7',       'B', null, '7',      null],
  interpolated:   [null,   '8',       '8', '8', '8',       null],
  missing:        ['9',    '9',       '9', '9', '9',       '5'],
} as const satisfies Record<string, readonly (string | null)[]>;

/** Meanings in the order of the table. */
export const MEANINGS = Object.keys(TABLE) as readonly Meaning[];

/** Where a scheme has no word for a meaning, what comes nearest without claiming more. */
const INSTEAD: Partial<Record<Meaning, Meaning>> = {
  changed: 'notEvaluated',
  belowDetection: 'notEvaluated',
  nominal: 'notEvaluated',
  interpolated: 'notEvaluated',
};

/** The flag that says this in a scheme; where it has no word for it, that it was not evaluated. */
export function flagOf(meaning: Meaning, scheme: Scheme): string {
  const column = SCHEMES.indexOf(scheme);
  return TABLE[meaning][column] ?? (TABLE[INSTEAD[meaning] ?? 'notEvaluated'][column] as string);
}

/** What a flag says in its scheme. Throws for a flag that the scheme does not have. */
export function meaningOf(flag: string | number, scheme: Scheme): Meaning {
  const column = SCHEMES.indexOf(scheme);
  const meaning = MEANINGS.find((each) => TABLE[each][column] === String(flag));
  if (meaning === undefined) throw new Error(`expected a flag of ${scheme}, found '${flag}'`);
  return meaning;
}

/** The flag of another scheme that says the same. */
export function mapFlag(flag: string | number, from: Scheme, to: Scheme): string {
  return flagOf(meaningOf(flag, from), to);
}
