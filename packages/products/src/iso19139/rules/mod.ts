/** The rules that every record must keep, and what a record breaks. */
import { parseXml, type XmlElement, XmlFault } from '@emso/core/xml';
import { GEONETWORK } from './geonetwork.ts';
import { COMMON } from './inspire-common.ts';
import { DATASETS } from './inspire-datasets.ts';
import type { Finding, Rule } from './rule.ts';

export const RULES: readonly Rule[] = [...COMMON, ...DATASETS, ...GEONETWORK];

/** Every rule that a record breaks, and every fact that it says to be unknown where a rule asks for it. */
export function validateRecord(xml: string): Finding[] {
  let record: XmlElement;
  try {
    record = parseXml(xml);
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error;
    return [{ rule: 'XML', source: 'EMSO-LO', kind: 'fault', message: error.message }];
  }
  return RULES.flatMap(({ id, source, message, check }) =>
    check(record).map((found): Finding => {
      const isFault = typeof found === 'string';
      return {
        rule: id,
        source,
        kind: isFault ? 'fault' : 'unknown',
        message: isFault ? `expected ${message}, found ${found}` : `not known yet: ${found.unknown}`,
      };
    }),
  );
}
