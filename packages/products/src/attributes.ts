/** Attributes of NetCDF files from facts: a fact that is not known makes no attribute. */
import { type Parameter, termOf, termUri, type VocabularyId } from '@emso/core';
import type { NetcdfAttribute } from './netcdf-file.ts';

export const UNKNOWN = 'unknown';

/** A text attribute; nothing for a fact that is absent, or unknown where an identifier or address is meant. */
export function text(name: string, value: string | undefined, prefix = ''): NetcdfAttribute[] {
  if (value === undefined || value === '' || (value === UNKNOWN && prefix !== '')) return [];
  return [{ name, type: 'char', value: prefix !== '' && value.startsWith(prefix) ? value : prefix + value }];
}

/** A text attribute of a fact that the site file may call unknown: then nothing. */
export function known(name: string, value: string | undefined): NetcdfAttribute[] {
  return value === UNKNOWN ? [] : text(name, value);
}

/** A number attribute of type double; nothing where the site file says unknown. */
export function double(name: string, value: number | 'unknown' | undefined): NetcdfAttribute[] {
  return typeof value === 'number' ? [{ name, type: 'double', value: [value] }] : [];
}

/** What the name, URN and URI of a term are called in a file. */
export interface TermNames {
  readonly label: string;
  readonly urn: string;
  readonly uri: string;
}

export const P01_NAMES = namesOf('sdn_parameter');
export const P06_NAMES = namesOf('sdn_uom');

/** `sdn_uom_name`, `sdn_uom_urn`, `sdn_uom_uri`. */
export function namesOf(stem: string): TermNames {
  return { label: `${stem}_name`, urn: `${stem}_urn`, uri: `${stem}_uri` };
}

/** The three attributes of a term; without its label where nobody has verified that, none for a term that is unknown. */
export function term(
  names: TermNames,
  vocabulary: VocabularyId,
  code: string | undefined,
  label: string | undefined = code === undefined ? undefined : termOf(vocabulary, code)?.label,
): NetcdfAttribute[] {
  if (code === undefined || code === UNKNOWN) return [];
  return [
    ...text(names.label, label),
    ...text(names.urn, `SDN:${vocabulary}::${code}`),
    ...text(names.uri, termUri(vocabulary, code)),
  ];
}

/**
 * The unit of a parameter and its P06 term. EMSO wants the term's own label where CF wants what UDUNITS can read; engineering values
 * have no such rule, and keep what can be read.
 */
export function unitOf(
  parameter: Parameter,
  profile: 'cf' | 'emso',
): { readonly units: string; readonly p06: string | undefined } {
  const { unit, p06, emsoP06 = p06, technical } = parameter;
  if (profile === 'cf' || technical || emsoP06 === undefined) return { units: unit, p06 };
  return { units: termOf('P06', emsoP06)?.altLabel ?? unit, p06: emsoP06 };
}
