/**
 * The compliance tests of EMSO's specification 1.0.7, by the name that its tables give them. Offline: what is a label of
 * a vocabulary is looked up only where somebody gave that vocabulary; else its form is judged.
 */
import { FLAG_MEANINGS } from '@emso/core';
import type { NetcdfVariable } from '../netcdf-file.ts';
import { itemsOf, shown, textOf, wordsOf } from './attributes.ts';
import { EMSO_UNITS } from './cf.ts';
import {
  CONTRIBUTOR_ROLES,
  KEYWORD_VOCABULARIES,
  SENSOR_MOUNTS,
  SENSOR_ORIENTATIONS,
  UNIT_LABELS,
  VARIABLE_NAMES,
} from './emso-words.ts';
import { isInstant } from './iso8601.ts';
import type { NetcdfSubject } from './rule.ts';
import { areEqual, parseUnit } from './units.ts';

/** Names that a coordinate may have; the first six must be there. */
export const COORDINATE_NAMES = [
  'time',
  'depth',
  'latitude',
  'longitude',
  'sensor_id',
  'platform_id',
  'precise_latitude',
  'precise_longitude',
  'time_end',
];
export const MANDATORY_COORDINATES = COORDINATE_NAMES.slice(0, 6);

export interface EmsoValue {
  /** Name of the attribute, or `$name`. */
  readonly attribute: string;
  /** Its text, or the name of the variable. */
  readonly text: string;
  /** Behind the `#` of the test. */
  readonly argument: string;
  /** The variable it belongs to; undefined for a global one. */
  readonly variable: NetcdfVariable | undefined;
  readonly subject: NetcdfSubject;
}

/** What was expected, when the value is not that; undefined when it passes. */
type Test = (value: EmsoValue) => string | undefined;

function matches(expected: string, pattern: RegExp): Test {
  return ({ text }) => (pattern.test(text) ? undefined : expected);
}

/** Every blank-separated word. */
function eachWord(expected: string, holds: (word: string) => boolean): Test {
  return ({ text }) => {
    const words = wordsOf(text);
    return words.length > 0 && words.every(holds) ? undefined : expected;
  };
}

function oneOf(expected: string, list: ReadonlySet<string>): Test {
  return ({ text }) => (list.has(text) ? undefined : expected);
}

const SPANS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  latitude: [-90, 90],
  longitude: [-180, 180],
  depth: [-2000, 11_000],
};
const EDMO = 'https://edmo.seadatanet.org/report/';
const OSO = 'https://w3id.org/earthsemantics/OSO#';
const SPDX = 'https://spdx.org/licenses/';

/** Test by name, the part before `#`. */
export const EMSO_TESTS: Readonly<Record<string, Test>> = {
  data_type: ({ text, argument }) => {
    if (argument === 'datetime') return isInstant(text) ? undefined : 'an ISO 8601 time, such as 2026-11-20T00:00:00Z';
    if (argument === 'float') return text !== '' && Number.isFinite(Number(text)) ? undefined : 'a number';
    if (argument === 'uri') return /^https?:\/\/\S+$/.test(text) ? undefined : 'an address, https://…';
    return text.trim() === '' ? 'a text' : undefined;
  },
  equals: ({ text, argument }) => (text === argument ? undefined : `'${argument}'`),
  coordinate: ({ text, argument }) => {
    const [low, high] = SPANS[argument];
    const value = Number(text);
    return text !== '' && value >= low && value <= high ? undefined : `a number from ${low} to ${high}`;
  },
  email: eachWord('an email address', (word) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(word)),
  edmo_code: eachWord('an EDMO code, a whole number', (word) => /^\d+$/.test(word)),
  edmo_uri: eachWord(`${EDMO}<code>, without a slash at the end`, (word) =>
    /^https:\/\/edmo\.seadatanet\.org\/report\/\d+$/.test(word),
  ),
  ror_uri: eachWord('https://ror.org/<9 characters>', (word) => /^https:\/\/ror\.org\/0[a-z0-9]{6}\d{2}$/.test(word)),
  valid_doi: eachWord('a DOI, such as https://doi.org/10.17882/75839', (word) =>
    /^(https?:\/\/(dx\.)?doi\.org\/)?10\.\d{4,9}\/\S+$/.test(word),
  ),
  spdx_license_name: matches('an SPDX identifier, such as CC-BY-4.0', /^[A-Za-z0-9][A-Za-z0-9.+-]*$/),
  spdx_license_uri: ({ text, subject }) => {
    const expected = SPDX + (shown(subject.file, 'license') ?? '<license>');
    return text === expected ? undefined : expected;
  },
  contributor_types: eachWord('DataCite contributor types, separated by blanks', (word) => CONTRIBUTOR_ROLES.has(word)),
  cf_dsg_types: matches(
    'a featureType of CF',
    /^(point|timeSeries|trajectory|profile|timeSeriesProfile|trajectoryProfile)$/i,
  ),
  cf_standard_name: matches('a name of the CF table', /^[a-z][a-z0-9_]*$/),
  oceansites_data_type: matches(
    'such as OceanSITES time-series data',
    /^OceanSITES (profile|time-series|trajectory) data$/,
  ),
  oceansites_data_mode: matches('R, P, D or M', /^[RPDM]$/),
  oceansites_sensor_mount: oneOf('a mount of OceanSITES table 7, such as mounted_on_mooring_line', SENSOR_MOUNTS),
  oceansites_sensor_orientation: oneOf('downward, upward or horizontal', SENSOR_ORIENTATIONS),
  valid_data_level: matches('L0, L1 or L2', /^L[012]$/),
  valid_data_process: eachWord('of L0a, L0b, L1a, L1b, L1c, L1d', (word) => /^L(0[ab]|1[abcd])$/.test(word)),
  oso_ontology_uri: ({ text, subject }) => {
    const known = subject.terms?.collections.has('OSO') ? subject.terms.labels : undefined;
    const isTerm = (word: string): boolean =>
      word.startsWith(OSO) && word.length > OSO.length && (known === undefined || known.has(word));
    return wordsOf(text).length > 0 && wordsOf(text).every(isTerm) ? undefined : `${OSO}<term>`;
  },
  oso_ontology_name: ({ text, subject }) => {
    if (text.trim() === '' || text === 'unknown') return 'a label of OSO';
    if (!subject.terms?.collections.has('OSO')) return undefined;
    return labelsOf(subject, OSO).has(text) ? undefined : 'a label of OSO';
  },
  valid_keyword: ({ text }) => (itemsOf(text).length > 0 ? undefined : 'labels of vocabularies, separated by commas'),
  valid_keyword_uri: eachWord('addresses of terms, separated by blanks', (word) => /^https?:\/\/\S+$/.test(word)),
  keyword_vocabs: ({ text }) =>
    itemsOf(text).length > 0 && itemsOf(text).every((item) => KEYWORD_VOCABULARIES.has(item))
      ? undefined
      : `of ${[...KEYWORD_VOCABULARIES.keys()].join(', ')}`,
  keyword_vocabs_uri: ({ text }) => {
    const legal = new Set([...KEYWORD_VOCABULARIES.values()].map(bareUri));
    const isLegal = (word: string): boolean => legal.has(bareUri(word));
    return wordsOf(text).length > 0 && wordsOf(text).every(isLegal) ? undefined : 'addresses of these vocabularies';
  },
  sdn_vocab_urn: ({ text, argument, subject }) => {
    const known = subject.terms?.collections.has(argument) ? subject.terms.labels : undefined;
    if (!new RegExp(`^SDN:${argument}::[A-Z0-9]+$`).test(text)) return `SDN:${argument}::<code>`;
    return known === undefined || known.has(text) ? undefined : `a term of ${argument}`;
  },
  sdn_vocab_uri: ({ text, argument, subject }) => {
    const code = uriCode(text, argument);
    if (code === undefined) return `http://vocab.nerc.ac.uk/collection/${argument}/current/<code>/`;
    if (!subject.terms?.collections.has(argument)) return undefined;
    return subject.terms.labels.has(`SDN:${argument}::${code}`) ? undefined : `a term of ${argument}`;
  },
  sdn_vocab_pref_label: ({ attribute, text, argument, variable, subject }) => {
    if (text.trim() === '' || text === 'unknown') return `a label of ${argument}`;
    const { terms } = subject;
    if (!terms?.collections.has(argument)) return undefined;
    const urn = variable && textOf(variable, attribute.replace(/_name$/, '_urn'));
    const own = urn === undefined ? undefined : terms.labels.get(urn);
    if (own !== undefined) return own.label === text ? undefined : `'${own.label}', the label of ${urn}`;
    return labelsOf(subject, `SDN:${argument}::`).has(text) ? undefined : `a label of ${argument}`;
  },
  sdn_vocab_alt_label: ({ text, variable, subject }) => {
    const label = unitLabel(subject, (variable && textOf(variable, 'sdn_uom_urn')) ?? '');
    return label === undefined || label === text ? undefined : `'${label}', the alternative label in P06`;
  },
  is_coordinate: ({ text }) => (COORDINATE_NAMES.includes(text) ? undefined : `one of ${COORDINATE_NAMES.join(', ')}`),
  check_variable_name: ({ text }) =>
    VARIABLE_NAMES.has(text) || VARIABLE_NAMES.has(text.split('_')[0])
      ? undefined
      : 'a name of OceanSITES, P02 or Copernicus, before the first _',
  qc_variable_name: ({ text, subject }) => {
    const isListed = subject.file.variables.some((each) => wordsOf(textOf(each, 'ancillary_variables')).includes(text));
    return text.endsWith('_QC') && isListed ? undefined : '<NAME>_QC, listed in the ancillary_variables of a variable';
  },
  qc_flag_values: eachWord('flags from 0 to 9', (word) => /^\d$/.test(word)),
  qc_flag_meanings: eachWord(`of ${FLAG_MEANINGS.join(' ')}`, (word) => FLAG_MEANINGS.includes(word)),
  dwc_term_name: matches('a term of Darwin Core', /^[a-z][A-Za-z]+$/),
  dwc_term_uri: eachWord('http://rs.tdwg.org/dwc/terms/<term>', (word) =>
    /^https?:\/\/(rs\.tdwg\.org\/dwc\/(terms|iri)\/|dwc\.tdwg\.org\/)\S+$/.test(word),
  ),
};

/**
 * True when a unit is what CF asks for where EMSO asks for P06's label: the same unit, in UDUNITS' spelling. Under
 * profile `cf` this is no finding.
 */
export function isUnitOfCf(subject: NetcdfSubject, variable: NetcdfVariable): boolean {
  const label = unitLabel(subject, textOf(variable, 'sdn_uom_urn') ?? '') ?? '?';
  const [own, theirs] = [textOf(variable, 'units') ?? '?', EMSO_UNITS.get(label) ?? label].map(parseUnit);
  return own !== undefined && theirs !== undefined && areEqual(own, theirs);
}

/** P06's alternative label of a unit, where it is known. */
function unitLabel({ terms }: NetcdfSubject, urn: string): string | undefined {
  return terms?.labels.get(urn)?.alternative ?? UNIT_LABELS.get(urn.replace('SDN:P06::', ''));
}

function labelsOf({ terms }: NetcdfSubject, prefix: string): ReadonlySet<string> {
  const own = [...(terms?.labels ?? [])].filter(([urn]) => urn.startsWith(prefix));
  return new Set(own.map(([, { label }]) => label));
}

/** The code at the end of a NERC address; http or https, slash or not. */
export function uriCode(uri: string, collection: string): string | undefined {
  return new RegExp(`^https?://vocab\\.nerc\\.ac\\.uk/collection/${collection}/current/([A-Z0-9]+)/?$`).exec(uri)?.[1];
}

function bareUri(uri: string): string {
  return uri.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
