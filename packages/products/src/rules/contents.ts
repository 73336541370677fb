/** What the values say: time in order, coverage and extents as stated, flags of the scheme, missing where flagged missing. */
import { FLAG, FLAG_VALUES, iso, parseCompactDay } from '@emso/core';
import { readFileName } from '../file-names.ts';
import type { NetcdfFile, NetcdfVariable } from '../netcdf-file.ts';
import { NETCDF_TYPES } from '../netcdf-file.ts';
import { coordinateOf, isDataVariable, isFlag, numbersOf, textOf, variableOf, wordsOf } from './attributes.ts';
import { fault } from './cf.ts';
import { durationMs, instantMs } from './iso8601.ts';
import type { Fault, NetcdfSubject, Rule } from './rule.ts';
import { parseTimeUnit } from './units.ts';

/** Milliseconds within which two times are the same: doubles of seconds, and attributes without fractions. */
const SAME_MS = 1000;

export const CONTENT_RULES: readonly Rule<NetcdfSubject>[] = [
  {
    id: 'data.time',
    severity: 'error',
    source: 'CF-1.6 §1.2 (coordinate variable)',
    about: 'time increases from row to row, without gaps in its values',
    check({ file }) {
      const time = coordinateOf(file, 'time');
      if (time === undefined) return [fault('time', 'a time coordinate', 'none', 'write the time of every row')];
      const { data, name } = time;
      const wrong: number[] = [];
      for (let i = 0; i < data.length; i++) {
        if (!(Number.isFinite(data[i]) && (i === 0 || data[i] > data[i - 1]))) wrong.push(i);
      }
      if (wrong.length === 0) return [];
      const [first] = wrong;
      const expected = first === 0 ? 'a time' : `more than ${data[first - 1]}`;
      return [
        fault(`${name}[${first}]`, expected, counted(data[first], wrong.length), 'sort the rows, keep one of a time'),
      ];
    },
  },
  {
    id: 'data.coverage',
    severity: 'error',
    source: 'ACDD-1.3, time_coverage_start and _end',
    about: 'no row is before `time_coverage_start` or after `time_coverage_end`',
    check: ({ file }) =>
      coverage(file)
        .filter(({ beyondMs }) => beyondMs > SAME_MS)
        .map(({ name, dataMs, stated }) => fault(name, `${iso(dataMs)}, as the rows`, stated, 'take it from the rows')),
  },
  {
    id: 'data.coverage-tight',
    severity: 'warning',
    source: 'ACDD-1.3, time_coverage_start, _end and _duration',
    about: 'the coverage begins and ends with the rows, and its duration is that of its ends',
    check({ file }) {
      const ends = coverage(file)
        .filter(({ beyondMs }) => beyondMs < -SAME_MS)
        .map(({ name, dataMs, stated }) => fault(name, `${iso(dataMs)}, as the rows`, stated, 'take it from the rows'));
      const [start, end] = ['start', 'end'].map((each) => instantMs(textOf(file, `time_coverage_${each}`) ?? ''));
      const text = textOf(file, 'time_coverage_duration') ?? '';
      const duration = durationMs(text);
      if (start === undefined || end === undefined || duration === undefined) return ends;
      if (Math.abs(end - start - duration) <= SAME_MS) return ends;
      const expected = `${(end - start) / 1000} s, from start to end`;
      return [...ends, fault('time_coverage_duration', expected, text, 'compute it from the ends')];
    },
  },
  {
    id: 'data.extents',
    severity: 'error',
    source: 'ACDD-1.3, geospatial_*_min and _max',
    about: 'the extents are those of latitude, longitude and depth',
    check: ({ file }) =>
      [
        ['latitude', 'lat'],
        ['longitude', 'lon'],
        ['depth', 'vertical'],
      ].flatMap(([coordinate, part]) => extentFaults(file, coordinate, `geospatial_${part}`)),
  },
  {
    id: 'data.flags',
    severity: 'error',
    source: 'OceanSITES 1.4, QC flags; CF-1.6 §3.5',
    about: 'flags are 0, 1, 2, 3, 4, 7, 8 or 9, and of those that `flag_values` lists',
    check: ({ file }) =>
      file.variables.filter(isFlag).flatMap((variable) => {
        const listed = numbersOf(variable, 'flag_values') ?? FLAG_VALUES;
        const legal = new Set(listed.filter((value) => FLAG_VALUES.some((flag) => flag === value)));
        const { first, count } = stray(variable.data, (value) => !legal.has(value));
        if (count === 0) return [];
        const where = `${variable.name}[${first}]`;
        return [
          fault(where, [...legal].join(' '), counted(variable.data[first], count), 'map the flags to the scheme'),
        ];
      }),
  },
  {
    id: 'data.flag-shape',
    severity: 'error',
    source: 'CF-1.6 §3.4',
    about: 'flags have the dimensions of what they flag',
    check: ({ file }) =>
      flagged(file)
        .filter(({ variable, flags }) => variable.dimensions.join() !== flags.dimensions.join())
        .map(({ variable, flags }) =>
          fault(flags.name, `dimensions (${variable.dimensions})`, `(${flags.dimensions})`, 'one flag for each value'),
        ),
  },
  {
    id: 'data.missing',
    severity: 'error',
    source: 'OceanSITES 1.4, QC flags',
    about: 'a value is missing where its flag is 9, and nowhere else',
    check: ({ file }) =>
      flagged(file).flatMap(({ variable, flags }) => {
        const { data } = variable;
        if (data.length !== flags.data.length) return [];
        const isMissing = missingTest(variable);
        const { first, count } = stray(data, (value, i) => isMissing(value) !== (flags.data[i] === FLAG.missing));
        if (count === 0) return [];
        const [expected, found] = isMissing(data[first])
          ? ['flag 9 for a missing value', `flag ${flags.data[first]}`]
          : ['no value under flag 9', String(data[first])];
        return [fault(`${variable.name}[${first}]`, expected, counted(found, count), 'make value and flag agree')];
      }),
  },
  {
    id: 'data.valid-range',
    severity: 'warning',
    source: 'CF-1.6 §2.5.1',
    about: 'values that are there lie within `valid_min` and `valid_max`',
    check: ({ file }) =>
      file.variables.filter(isDataVariable).flatMap((variable) => {
        const [low = Number.NEGATIVE_INFINITY] = numbersOf(variable, 'valid_min') ?? [];
        const [high = Number.POSITIVE_INFINITY] = numbersOf(variable, 'valid_max') ?? [];
        const isMissing = missingTest(variable);
        const { first, count } = stray(variable.data, (value) => !isMissing(value) && (value < low || value > high));
        if (count === 0) return [];
        const where = `${variable.name}[${first}]`;
        return [
          fault(
            where,
            `${low} to ${high}`,
            counted(variable.data[first], count),
            'readers will hide it: widen the range',
          ),
        ];
      }),
  },
  {
    id: 'file.name',
    severity: 'error',
    source: 'docs/files.md; OceanSITES 1.4, file name',
    about:
      'the name is `<prefix>_YYYYMMDD[_D].nc` of a sensor, that of a period of it (docs/export.md), or `OS_<platform>_<deployment>_<mode>[_<part>].nc`',
    check: ({ name, prefixes }) => nameFaults(name, 'nc', prefixes),
  },
  {
    id: 'file.day',
    severity: 'error',
    source: 'docs/files.md',
    about: 'a day file holds rows of that UTC day only',
    check({ file, name }) {
      const day = parseCompactDay(/_(\d{8})(?:_D)?\.nc$/.exec(name)?.[1] ?? '');
      const times = timesOf(file);
      if (day === undefined || name.startsWith('OS_') || times === undefined) return [];
      return [times.first, times.last]
        .filter((ms) => Math.floor(ms / 86_400_000) !== day)
        .slice(0, 1)
        .map((ms) =>
          fault('time', `rows of the day in the name, ${name}`, iso(ms), 'rename the file, or cut it by day'),
        );
    },
  },
  {
    id: 'file.mode',
    severity: 'error',
    source: 'OceanSITES 1.4, file name and data_mode',
    about: 'the mode in the name is `data_mode`: `_D` and `D` go together',
    check({ file, name }) {
      const mode = textOf(file, 'data_mode');
      const own = name.startsWith('OS_')
        ? /_([RPDM])(?:_[^_]*)?\.nc$/.exec(name)?.[1]
        : /_\d{8}_D\.nc$/.test(name)
          ? 'D'
          : undefined;
      if (mode === undefined || own === undefined || own === mode) return [];
      return [fault('data_mode', `${own}, as the name of the file says`, mode, 'correct the name or the attribute')];
    },
  },
];

/** What is wrong with the name of a file; `prefixes` are those of the site's sensors, where they are known. */
export function nameFaults(name: string, extension: string, prefixes: readonly string[] | undefined): Fault[] {
  const remedy = 'rename it as in docs/files.md';
  if (name.startsWith('OS_')) {
    if (/^OS_[A-Za-z0-9-]+_[A-Za-z0-9-]+_[RPDM](_[A-Za-z0-9-]+)?\.nc$/.test(name)) return [];
    return [fault(name, 'OS_<platform>_<deployment>_<R, P, D or M>[_<part>].nc', name, remedy)];
  }
  const read = readFileName(name);
  if (read === undefined || read.extension !== extension) {
    return [fault(name, `<prefix>_YYYYMMDD.${extension}`, name, remedy)];
  }
  if (prefixes === undefined || prefixes.includes(read.prefix)) return [];
  return [
    fault(name, `a prefix of the site file: ${prefixes.join(', ')}`, read.prefix, 'rename it, or say --observatory'),
  ];
}

/** First and last time as epoch ms; undefined without rows, or where time cannot be read. */
function timesOf(file: NetcdfFile): { first: number; last: number } | undefined {
  const time = coordinateOf(file, 'time');
  const unit = time && parseTimeUnit(textOf(time, 'units') ?? '');
  if (time === undefined || unit === undefined || time.data.length === 0) return undefined;
  const [first, last] = [time.data[0], time.data[time.data.length - 1]].map((value) =>
    Math.round(unit.epochMs + value * unit.unitMs),
  );
  // What lies beyond the years of ISO 8601 has no text; another rule finds it.
  return [first, last].every((ms) => Math.abs(ms) < 6e13) ? { first, last } : undefined;
}

/** Both ends of the stated coverage: how far the rows go beyond it, negative where they stay within. */
function coverage(file: NetcdfFile): { name: string; dataMs: number; stated: string; beyondMs: number }[] {
  const times = timesOf(file);
  if (times === undefined) return [];
  return (['start', 'end'] as const).flatMap((each) => {
    const name = `time_coverage_${each}`;
    const stated = textOf(file, name) ?? '';
    const ms = instantMs(stated);
    if (ms === undefined) return [];
    const dataMs = each === 'start' ? times.first : times.last;
    return [{ name, dataMs, stated, beyondMs: each === 'start' ? ms - dataMs : dataMs - ms }];
  });
}

function extentFaults(file: NetcdfFile, coordinate: string, attribute: string): Fault[] {
  const variable = coordinateOf(file, coordinate);
  if (variable === undefined || variable.data.length === 0) return [];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of variable.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [['_min', low] as const, ['_max', high] as const].flatMap(([end, value]) => {
    const stated = Number(numbersOf(file, attribute + end)?.[0] ?? textOf(file, attribute + end) ?? Number.NaN);
    // A float has seven digits.
    if (Number.isNaN(stated) || Math.abs(stated - value) <= 1e-6 * Math.max(1, Math.abs(value))) return [];
    return [fault(attribute + end, `${value}, as ${variable.name}`, String(stated), 'take it from the variable')];
  });
}

/** Variables with the flags that their `ancillary_variables` name. */
function flagged(file: NetcdfFile): { variable: NetcdfVariable; flags: NetcdfVariable }[] {
  return file.variables.flatMap((variable) =>
    wordsOf(textOf(variable, 'ancillary_variables')).flatMap((name) => {
      const flags = variableOf(file, name);
      return flags !== undefined && isFlag(flags) && variable.type !== 'char' ? [{ variable, flags }] : [];
    }),
  );
}

function missingTest(variable: NetcdfVariable): (value: number) => boolean {
  const { type } = variable;
  // A text of one NUL or blank holds no value to compare with; bytes have no default fill (NetCDF, fill values).
  const [fill = type === 'byte' ? Number.NaN : NETCDF_TYPES[type].fill] = numbersOf(variable, '_FillValue') ?? [];
  const [other = Number.NaN] = numbersOf(variable, 'missing_value') ?? [];
  const [own, second] = type === 'float' ? [Math.fround(fill), Math.fround(other)] : [fill, other];
  return (value) => Number.isNaN(value) || value === own || value === second;
}

function stray(
  data: ArrayLike<number>,
  isWrong: (value: number, i: number) => boolean,
): { first: number; count: number } {
  let first = -1;
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    if (!isWrong(data[i], i)) continue;
    if (count === 0) first = i;
    count++;
  }
  return { first, count };
}

/** The first finding, and how many there are. */
function counted(found: number | string, count: number): string {
  return count === 1 ? String(found) : `${found}, and ${count - 1} more`;
}
