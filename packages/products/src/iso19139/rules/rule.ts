/** What a rule is, and what it finds. */
import type { XmlElement } from '@emso/core/xml';

export type RuleSource = 'INSPIRE' | 'GeoNetwork' | 'DataCite' | 'EMSO-LO';

export interface Rule {
  /** As the source numbers it, `C.17`, `M9`. */
  readonly id: string;
  readonly source: RuleSource;
  /** What a record must have, for the person who writes the site file. */
  readonly message: string;
  /** What was found instead, one text a place; none where the rule holds. */
  readonly check: (record: XmlElement) => readonly Found[];
}

/** A breach, or a fact that the record itself says to be unknown: that is shown, and is no fault. */
export type Found = string | { readonly unknown: string };

export interface Finding {
  readonly rule: string;
  readonly source: RuleSource;
  readonly kind: 'fault' | 'unknown';
  readonly message: string;
}

/** `[]` where it holds, else what was found. */
export function unless(holds: boolean, found: string): readonly Found[] {
  return holds ? [] : [found];
}
