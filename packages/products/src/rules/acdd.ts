/** ACDD-1.3: what it highly recommends is an error when it is missing, what it recommends a warning. */
import type { NetcdfVariable } from '../netcdf-file.ts';
import { isCoordinate, isDataVariable, itemsOf, kindOf, shown, textOf } from './attributes.ts';
import { fault } from './cf.ts';
import { isDuration, isInstant } from './iso8601.ts';
import type { Fault, NetcdfSubject, Rule, Severity } from './rule.ts';

const SOURCE = 'ACDD-1.3';
const CONTENT_TYPES = [
  'image',
  'thematicClassification',
  'physicalMeasurement',
  'auxiliaryInformation',
  'qualityInformation',
  'referenceInformation',
  'modelResult',
  'coordinate',
];

/** Form of an attribute: what is expected, in words, and whether a text is that. */
interface Form {
  readonly expected: string;
  readonly holds: (text: string) => boolean;
}

const anyText: Form = { expected: 'a text', holds: (text) => text !== '' };
const instant: Form = { expected: 'an ISO 8601 time, such as 2026-11-20T00:00:00Z', holds: isInstant };
const duration: Form = { expected: 'an ISO 8601 duration, such as PT10M', holds: isDuration };
const degrees: Form = { expected: 'a number', holds: (text) => text !== '' && Number.isFinite(Number(text)) };
const address: Form = { expected: 'an address, https://…', holds: (text) => /^https?:\/\/\S+$/.test(text) };
const email: Form = { expected: 'an email address', holds: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) };

/** Attributes of the file: name, form, and why one wants it. */
const GLOBAL: readonly (readonly [severity: Severity, name: string, form: Form])[] = [
  ['error', 'title', anyText],
  ['error', 'keywords', anyText],
  ['error', 'summary', anyText],
  [
    'error',
    'Conventions',
    { expected: 'a comma-separated list with ACDD-1.3', holds: (text) => itemsOf(text).includes('ACDD-1.3') },
  ],
  ['warning', 'id', { expected: 'an identifier without blanks', holds: (text) => /^\S+$/.test(text) }],
  ['warning', 'naming_authority', anyText],
  ['warning', 'history', anyText],
  ['warning', 'comment', anyText],
  ['warning', 'date_created', instant],
  ['warning', 'creator_name', anyText],
  ['warning', 'creator_url', address],
  ['warning', 'creator_email', email],
  ['warning', 'institution', anyText],
  ['warning', 'project', anyText],
  ['warning', 'processing_level', anyText],
  [
    'warning',
    'geospatial_bounds',
    { expected: 'WKT, such as POINT (42.8 6.03)', holds: (text) => /^[A-Z]+( Z)? ?\([-0-9., ()]+\)$/.test(text) },
  ],
  ['warning', 'geospatial_bounds_crs', anyText],
  ['warning', 'geospatial_bounds_vertical_crs', anyText],
  ['warning', 'geospatial_lat_min', degrees],
  ['warning', 'geospatial_lat_max', degrees],
  ['warning', 'geospatial_lon_min', degrees],
  ['warning', 'geospatial_lon_max', degrees],
  ['warning', 'geospatial_vertical_min', degrees],
  ['warning', 'geospatial_vertical_max', degrees],
  [
    'warning',
    'geospatial_vertical_positive',
    { expected: 'up or down', holds: (text) => text === 'up' || text === 'down' },
  ],
  ['warning', 'time_coverage_start', instant],
  ['warning', 'time_coverage_end', instant],
  ['warning', 'time_coverage_duration', duration],
  ['warning', 'time_coverage_resolution', duration],
  ['warning', 'standard_name_vocabulary', anyText],
  ['warning', 'license', anyText],
  ['warning', 'publisher_name', anyText],
  ['warning', 'publisher_url', address],
  ['warning', 'publisher_email', email],
  ['warning', 'source', anyText],
  ['warning', 'acknowledgement', anyText],
];

/** Attributes of variables, and which variables need them. Engineering values have no standard name. */
const OF_VARIABLES: readonly (readonly [name: string, form: Form, needs: (variable: NetcdfVariable) => boolean])[] = [
  ['long_name', anyText, () => true],
  [
    'standard_name',
    anyText,
    (variable) =>
      !['technical', 'biological'].includes(kindOf(variable)) && !['sensor_id', 'time_end'].includes(variable.name),
  ],
  ['units', anyText, ({ type }) => type !== 'char'],
  [
    'coverage_content_type',
    { expected: `one of ${CONTENT_TYPES.join(', ')}`, holds: (text) => CONTENT_TYPES.includes(text) },
    () => true,
  ],
];

export const ACDD_RULES: readonly Rule<NetcdfSubject>[] = [
  ...GLOBAL.map(
    ([severity, name, form]): Rule<NetcdfSubject> => ({
      id: `acdd.${name}`,
      severity,
      source: severity === 'error' ? `${SOURCE}, highly recommended` : `${SOURCE}, recommended`,
      about: `global \`${name}\`: ${form.expected}`,
      check: ({ file }) => formFaults(name, shown(file, name), form),
    }),
  ),
  ...OF_VARIABLES.map(
    ([name, form, needs]): Rule<NetcdfSubject> => ({
      id: `acdd.variable.${name}`,
      severity: 'error',
      source: `${SOURCE}, highly recommended of variables`,
      about: `\`${name}\` of data and coordinates: ${form.expected}`,
      check: ({ file }) =>
        file.variables
          .filter((variable) => (isDataVariable(variable) || isCoordinate(variable)) && needs(variable))
          .flatMap((variable) => formFaults(`${variable.name}:${name}`, shown(variable, name), form)),
    }),
  ),
  {
    id: 'acdd.dates',
    severity: 'error',
    source: SOURCE,
    about: 'every `date_*` is an ISO 8601 time',
    check: ({ file }) =>
      ['date_modified', 'date_issued', 'date_metadata_modified'].flatMap((name) =>
        textOf(file, name) === undefined ? [] : formFaults(name, shown(file, name), instant),
      ),
  },
];

function formFaults(where: string, text: string | undefined, { expected, holds }: Form): Fault[] {
  if (text !== undefined && holds(text)) return [];
  const remedy = text === undefined ? 'add it' : 'correct it';
  return [fault(where, expected, text === undefined ? 'nothing' : `'${text.slice(0, 80)}'`, remedy)];
}
