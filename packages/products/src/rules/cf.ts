/** CF-1.6: what names, units, attributes and flags have to look like. How variables hang together is in cf-structure.ts. */
import { PARAMETERS } from '@emso/core';
import type { NetcdfFile, NetcdfVariable } from '../netcdf-file.ts';
import { attributeOf, isCoordinate, isDataVariable, itemsOf, numbersOf, shown, textOf, wordsOf } from './attributes.ts';
import type { Fault, NetcdfSubject, Rule } from './rule.ts';
import { areConvertible, parseTimeUnit, parseUnit } from './units.ts';

type CfRule = Rule<NetcdfSubject>;

/** EMSO's spelling of units that UDUNITS cannot read (P06 alternative labels), and UDUNITS' own. */
export const EMSO_UNITS: ReadonlyMap<string, string> = new Map([
  ['PSU', '1'],
  ['Dmnless', '1'],
  ['/m', 'm-1'],
  ['deg', 'degree'],
  ['deg T', 'degree'],
]);

const CALENDARS = [
  'standard',
  'gregorian',
  'proleptic_gregorian',
  'noleap',
  '365_day',
  'all_leap',
  '366_day',
  '360_day',
  'julian',
  'none',
];
const LATITUDE_UNITS = ['degrees_north', 'degree_north', 'degree_N', 'degrees_N', 'degreeN', 'degreesN'];
const LONGITUDE_UNITS = ['degrees_east', 'degree_east', 'degree_E', 'degrees_E', 'degreeE', 'degreesE'];
const MODIFIERS = ['detection_minimum', 'number_of_observations', 'standard_error', 'status_flag'];

/** Standard names of the parameter table and of coordinates, with a unit that any other must be convertible to. */
const CANONICAL: ReadonlyMap<string, string> = new Map([
  ['depth', 'm'],
  ['latitude', 'degrees_north'],
  ['longitude', 'degrees_east'],
  ...[...PARAMETERS.values()].flatMap(({ code, standardName, unit }): [string, string][] =>
    standardName === undefined || code === 'time' ? [] : [[standardName, unit]],
  ),
]);

export const CF_RULES: readonly CfRule[] = [
  {
    id: 'cf.conventions',
    severity: 'error',
    source: 'CF-1.6 §2.6.1',
    about: '`Conventions` names one version of CF',
    check({ file }) {
      const names = itemsOf(shown(file, 'Conventions')?.replaceAll(' ', ','));
      const versions = names.filter((name) => /^CF-\d+\.\d+$/.test(name));
      if (versions.length === 1) return [];
      const found = shown(file, 'Conventions') ?? 'no such attribute';
      return [fault('Conventions', 'one CF-1.x, such as CF-1.6', found, 'name the version of CF the file is made for')];
    },
  },
  {
    id: 'cf.types',
    severity: 'error',
    source: 'CF-1.6 §2.2',
    about: 'only byte, char, short, int, float and double',
    check: ({ foreign = [] }) =>
      foreign.map(({ where, type }) =>
        fault(where, 'a type of the classic model', type, 'write it as byte, char, short, int, float or double'),
      ),
  },
  {
    id: 'cf.names',
    severity: 'warning',
    source: 'CF-1.6 §2.3',
    about: 'names begin with a letter and have letters, digits and underscores only; none differ by case alone',
    check: ({ file }) => [...oddNames(file), ...namesOfOneSpelling(file)],
  },
  {
    id: 'cf.text',
    severity: 'error',
    source: 'CF-1.6 §2.6.2',
    about: '`title`, `institution`, `source`, `history`, `references` and `comment` are text, and text is UTF-8',
    check({ file }) {
      const described = ['title', 'institution', 'source', 'history', 'references', 'comment'];
      const numeric = holders(file).flatMap(([where, holder]) =>
        holder.attributes
          .filter(({ name, type }) => described.includes(name) && type !== 'char')
          .map(({ name, type }) => fault(`${where}${name}`, 'text', type, 'write it as text')),
      );
      const broken = holders(file).flatMap(([where, holder]) =>
        holder.attributes
          .filter(({ value }) => typeof value === 'string' && value.includes('\ufffd'))
          .map(({ name }) => fault(`${where}${name}`, 'UTF-8', 'other bytes', 'write it again in UTF-8')),
      );
      return [...numeric, ...broken];
    },
  },
  {
    id: 'cf.title-history',
    severity: 'warning',
    source: 'CF-1.6 §2.6.2',
    about: '`title` and `history` are there',
    check: ({ file }) =>
      ['title', 'history']
        .filter((name) => (textOf(file, name) ?? '') === '')
        .map((name) => fault(name, 'a text', 'nothing', 'say what the file is and how it was made')),
  },
  {
    id: 'cf.units',
    severity: 'error',
    source: 'CF-1.6 §3.1',
    about: '`units` are text that UDUNITS reads (under profile `emso` also PSU, /m, deg, deg T and Dmnless)',
    check: ({ file, profile }) =>
      file.variables.flatMap((variable) => {
        const units = attributeOf(variable, 'units');
        if (units === undefined) return [];
        const where = `${variable.name}:units`;
        if (typeof units.value !== 'string')
          return [fault(where, 'text', units.type, "write it as text, such as 'm s-1'")];
        const text = textOf(variable, 'units') ?? '';
        if (profile === 'emso' && EMSO_UNITS.has(text)) return [];
        if (parseUnit(text) !== undefined || parseTimeUnit(text) !== undefined) return [];
        const own = EMSO_UNITS.get(text);
        const remedy = own === undefined ? 'see the units of UDUNITS' : `write '${own}', or ask with --profile emso`;
        return [fault(where, 'a unit that UDUNITS reads', `'${text}'`, remedy)];
      }),
  },
  {
    id: 'cf.units-missing',
    severity: 'warning',
    source: 'CF-1.6 §3.1',
    about: 'numbers have `units`',
    check: ({ file }) =>
      file.variables
        .filter((variable) => isDataVariable(variable) && attributeOf(variable, 'units') === undefined)
        .filter((variable) => attributeOf(variable, 'flag_values') === undefined)
        .map(({ name }) => fault(`${name}:units`, 'a unit', 'nothing', "add units; '1' where there is no dimension")),
  },
  {
    id: 'cf.canonical-units',
    severity: 'error',
    source: 'CF-1.6 §3.3',
    about: '`units` can be converted to those of the standard name (for the names of the parameter table)',
    check: ({ file }) =>
      file.variables.flatMap((variable) => {
        const name = textOf(variable, 'standard_name') ?? '';
        const canonical = parseUnit(CANONICAL.get(name) ?? '?');
        const text = textOf(variable, 'units');
        if (canonical === undefined || text === undefined) return [];
        const unit = parseUnit(EMSO_UNITS.get(text) ?? text);
        if (unit === undefined || areConvertible(unit, canonical)) return [];
        const expected = `a unit that ${CANONICAL.get(name)} can be converted to, for ${name}`;
        return [fault(`${variable.name}:units`, expected, `'${text}'`, 'correct the unit or the standard name')];
      }),
  },
  {
    id: 'cf.standard-name',
    severity: 'error',
    source: 'CF-1.6 §3.3',
    about: '`standard_name` is lower case letters, digits and underscores, with at most one modifier behind a blank',
    check: ({ file }) =>
      file.variables.flatMap((variable) => {
        const text = shown(variable, 'standard_name');
        if (text === undefined) return [];
        const [name, modifier, ...rest] = text.split(' ');
        const isLegal = /^[a-z][a-z0-9_]*$/.test(name) && rest.length === 0;
        if (isLegal && (modifier === undefined || MODIFIERS.includes(modifier))) return [];
        return [
          fault(`${variable.name}:standard_name`, 'a name of the CF table', `'${text}'`, 'look it up in the table'),
        ];
      }),
  },
  {
    id: 'cf.described',
    severity: 'warning',
    source: 'CF-1.6 §3.2',
    about: 'each variable has a `long_name` or a `standard_name`',
    check: ({ file }) =>
      file.variables
        .filter((variable) => ![textOf(variable, 'long_name'), textOf(variable, 'standard_name')].some(Boolean))
        .map(({ name }) => fault(name, 'long_name or standard_name', 'neither', 'say what the variable is')),
  },
  {
    id: 'cf.fill-type',
    severity: 'error',
    source: 'CF-1.6 §2.5.1',
    about: '`_FillValue`, `missing_value` and `valid_*` have the type of their variable',
    check: ({ file }) =>
      file.variables.flatMap((variable) =>
        ['_FillValue', 'missing_value', 'valid_min', 'valid_max', 'valid_range'].flatMap((name) => {
          const attribute = attributeOf(variable, name);
          if (attribute === undefined) return [];
          const count = name === 'valid_range' ? 2 : 1;
          if (attribute.type === variable.type && attribute.value.length === count) return [];
          const found = `${attribute.value.length} of type ${attribute.type}`;
          return [
            fault(`${variable.name}:${name}`, `${count} of type ${variable.type}`, found, 'write it in that type'),
          ];
        }),
      ),
  },
  {
    id: 'cf.coordinate-fill',
    severity: 'error',
    source: 'CF-1.6 §2.5.1',
    about: 'coordinates have no `_FillValue` and no missing values',
    check: ({ file }) =>
      file.variables
        .filter((variable) => isCoordinate(variable) && variable.type !== 'char')
        .flatMap((variable) => {
          const faults: Fault[] = [];
          if (
            attributeOf(variable, '_FillValue') !== undefined ||
            attributeOf(variable, 'missing_value') !== undefined
          ) {
            faults.push(fault(variable.name, 'no _FillValue on a coordinate', 'one', 'take it away'));
          }
          const gap = (variable.data as ArrayLike<number> & { findIndex: Float64Array['findIndex'] }).findIndex(
            Number.isNaN,
          );
          if (gap >= 0) faults.push(fault(`${variable.name}[${gap}]`, 'a value', 'NaN', 'leave the row out'));
          return faults;
        }),
  },
  {
    id: 'cf.latitude',
    severity: 'error',
    source: 'CF-1.6 §4.1, §4.2',
    about: 'latitude is in degrees_north and within ±90, longitude in degrees_east and within -180 to 360',
    check: ({ file }) => [
      ...horizontal(file, 'latitude', LATITUDE_UNITS, -90, 90),
      ...horizontal(file, 'longitude', LONGITUDE_UNITS, -180, 360),
    ],
  },
  {
    id: 'cf.vertical',
    severity: 'error',
    source: 'CF-1.6 §4.3',
    about: 'the vertical coordinate says `positive`, up or down',
    check: ({ file }) =>
      file.variables
        .filter((variable) => isCoordinate(variable))
        .filter(
          (each) =>
            textOf(each, 'axis') === 'Z' ||
            ['depth', 'height', 'altitude'].includes(textOf(each, 'standard_name') ?? ''),
        )
        .filter((variable) => !['up', 'down'].includes((textOf(variable, 'positive') ?? '').toLowerCase()))
        .map((variable) =>
          fault(`${variable.name}:positive`, 'up or down', shown(variable, 'positive') ?? 'nothing', 'depths are down'),
        ),
  },
  {
    id: 'cf.time-units',
    severity: 'error',
    source: 'CF-1.6 §4.4',
    about: 'time is in a unit of time since an instant',
    check: ({ file }) =>
      file.variables
        .filter((variable) => textOf(variable, 'standard_name') === 'time' || textOf(variable, 'axis') === 'T')
        .filter((variable) => parseTimeUnit(textOf(variable, 'units') ?? '') === undefined)
        .map((variable) =>
          fault(
            `${variable.name}:units`,
            "such as 'seconds since 1970-01-01T00:00:00Z'",
            `'${shown(variable, 'units') ?? ''}'`,
            'give the unit and the zero of time, in UTC',
          ),
        ),
  },
  {
    id: 'cf.calendar',
    severity: 'error',
    source: 'CF-1.6 §4.4.1',
    about: '`calendar` is one of CF',
    check: ({ file }) =>
      file.variables.flatMap((variable) => {
        const text = shown(variable, 'calendar');
        if (text === undefined || CALENDARS.includes(text.toLowerCase())) return [];
        return [fault(`${variable.name}:calendar`, CALENDARS.join(', '), `'${text}'`, "write 'standard'")];
      }),
  },
  {
    id: 'cf.flags',
    severity: 'error',
    source: 'CF-1.6 §3.5',
    about:
      '`flag_values` have the type of their variable, are all different, and there is one `flag_meanings` word for each',
    check: ({ file }) => file.variables.flatMap(flagFaults),
  },
];

/** A fault in one line. */
export function fault(where: string, expected: string, found: string, remedy: string): Fault {
  return { where, expected, found, remedy };
}

type Holder = Pick<NetcdfVariable, 'attributes'>;

/** The file and each variable, with what stands before an attribute's name in CDL. */
function holders(file: NetcdfFile): [where: string, holder: Holder][] {
  return [['', file], ...file.variables.map((variable): [string, Holder] => [`${variable.name}:`, variable])];
}

function oddNames(file: NetcdfFile): Fault[] {
  const named = [
    ...file.dimensions.map(({ name }) => ['dimension', name]),
    ...file.variables.map(({ name }) => ['variable', name]),
    // Names that begin with an underscore belong to the library: _FillValue.
    ...holders(file).flatMap(([, { attributes }]) =>
      attributes.map(({ name }) => ['attribute', name.replace(/^_/, '')]),
    ),
  ];
  return named
    .filter(([, name]) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
    .map(([what, name]) => fault(`${what} ${JSON.stringify(name)}`, 'letters, digits and _', name, 'rename it'));
}

function namesOfOneSpelling(file: NetcdfFile): Fault[] {
  const seen = new Map<string, string>();
  return file.variables.flatMap(({ name }) => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (other === undefined) return [];
    return [fault(`variable ${name}`, 'names that differ by more than case', `${other} and ${name}`, 'rename one')];
  });
}

function horizontal(file: NetcdfFile, name: string, units: readonly string[], low: number, high: number): Fault[] {
  return file.variables
    .filter((variable) => textOf(variable, 'standard_name') === name)
    .flatMap((variable) => {
      const faults: Fault[] = [];
      const unit = textOf(variable, 'units') ?? 'nothing';
      if (!units.includes(unit)) faults.push(fault(`${variable.name}:units`, units[0], unit, `write '${units[0]}'`));
      const stray = variable.data.find((value) => value < low || value > high);
      if (stray !== undefined)
        faults.push(fault(variable.name, `${low} to ${high}`, String(stray), 'correct the position'));
      return faults;
    });
}

function flagFaults(variable: NetcdfVariable): Fault[] {
  const type = attributeOf(variable, 'flag_values')?.type;
  const values = numbersOf(variable, 'flag_values');
  const meanings = wordsOf(textOf(variable, 'flag_meanings'));
  if (values === undefined && meanings.length === 0) return [];
  const where = `${variable.name}:flag_values`;
  if (values === undefined)
    return [fault(where, `${meanings.length} values`, 'nothing', 'list the values beside the meanings')];
  const faults: Fault[] = [];
  if (type !== variable.type) {
    faults.push(fault(where, `type ${variable.type}`, type ?? 'nothing', 'write them in the type of the variable'));
  }
  if (new Set(values).size !== values.length) {
    faults.push(fault(where, 'every value once', shown(variable, 'flag_values') ?? '', 'take away the second one'));
  }
  if (meanings.length !== values.length) {
    const found = `${meanings.length} for ${values.length} values`;
    faults.push(
      fault(`${variable.name}:flag_meanings`, 'one word for each value', found, 'one word each, with _ for blanks'),
    );
  }
  const odd = meanings.find((word) => !/^[A-Za-z0-9_\-.+@]+$/.test(word));
  if (odd !== undefined) {
    faults.push(
      fault(`${variable.name}:flag_meanings`, 'letters, digits and _ - . + @', odd, 'separate words by blanks'),
    );
  }
  return faults;
}
