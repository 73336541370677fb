/** What several of INSPIRE's rules look at. */
import { textOf, type XmlElement } from '@emso/core/xml';
import type { Found, Rule } from './rule.ts';
import { all, codeIn, first, identificationOf, nilReason, said, within } from './tree.ts';

export const ISO_DATE = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

type Check = Rule['check'];

export function rule(id: string, message: string, check: Check): Rule {
  return { id, source: 'INSPIRE', message, check };
}

/** A check of the identification part; a record without one breaks C.2 already. */
export function identified(check: (identification: XmlElement) => readonly Found[]): Check {
  return (record) => {
    const part = identificationOf(record);
    return part === undefined ? ['no identification of the data'] : check(part);
  };
}

/** Title, date and type of date of a citation. */
export function citationFaults(citation: XmlElement, what: string): Found[] {
  const title = said(first(citation, 'title'));
  const date = first(citation, 'date/CI_Date/date');
  const found: Found[] = [];
  if (title === '') found.push(`no title of ${what}`);
  if (nilReason(date) === 'unknown') found.push({ unknown: `the date of ${what} '${title}'` });
  else if (!ISO_DATE.test(textOf(date))) found.push(`date '${textOf(date)}' of ${what} '${title}'`);
  if (codeIn(first(citation, 'date/CI_Date/dateType')) === '') found.push(`no type of date of ${what} '${title}'`);
  return found;
}

/** Results of comparing the data with a specification. */
export function conformities(record: XmlElement): XmlElement[] {
  return [...within(record)].filter(({ localName }) => localName === 'DQ_ConformanceResult');
}

export function specificationsOf(record: XmlElement): XmlElement[] {
  return conformities(record).flatMap((result) => all(result, 'specification/CI_Citation'));
}
