/** What a person writes to describe a line of delimited text, and what is said when it cannot be. */
import { isMeasured, PARAMETERS } from '@emso/core';
import { z } from 'zod';
import { FIELDS, fieldsOf, TOKEN_LIST } from '../time-pattern.ts';
import { patternFault } from './patterns.ts';
import { unitsOf } from './units.ts';

/** Names of the text facts that a line may carry. */
export const LABELS = ['Instrument_Type', 'Instrument_Serial'] as const;

/** Words for separators that cannot be seen. */
export const SEPARATOR_WORDS = ['tab', 'whitespace'] as const;

/** Times that are no pattern. */
export const TIME_WORDS = ['iso', 'epoch-s', 'epoch-ms'] as const;

type ErrorOf = { error: (issue: { readonly code?: string; readonly input?: unknown }) => string | undefined };

/** Message of a check: what was expected, then what stands there. Unknown keys have their own. */
function expected(what: string): ErrorOf {
  return {
    error: (issue) => {
      const keys = (issue as { keys?: readonly string[] }).keys;
      return `expected ${what}, found ${keys === undefined ? found(issue.input) : `the key ${keys.join(', ')}`}`;
    },
  };
}

function found(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(value);
}

const printable = (what: string, most: number) =>
  z
    .string(expected(what))
    .regex(new RegExp(`^[\\x20-\\x7e]{1,${most}}$`), expected(`${what}, at most ${most} characters`));

const missingTexts = z
  .array(
    z
      .union([z.number(), z.string()], expected('a text or a number such as NaN or -999'))
      .transform((text) => String(text))
      .pipe(
        z
          .string()
          .regex(
            /^(?:[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?)?$/,
            expected('a printable text without blanks around it'),
          ),
      ),
    expected('a list such as [NaN, -999, ""]'),
  )
  .max(16, expected('at most 16 texts'));

const COLUMN_FORMS = '{ code: … }, { label: … }, { time: … }, { text: … } or null for a column that is not published';

const column = z
  .strictObject(
    {
      /** A code of the parameter table: the number in this column is that quantity. */
      code: z.string(expected('a code such as TEMP')).optional(),
      /** Unit that the number has after `scale` and `offset`; the table's own when absent. */
      unit: z.string(expected('a unit such as degC')).optional(),
      /** Printed number × scale + offset. */
      scale: z
        .number(expected('a number'))
        .refine((scale) => scale !== 0, expected('a number that is not 0'))
        .optional(),
      offset: z.number(expected('a number')).optional(),
      /** Texts that mean "no value" in this column, beside those of the whole line. */
      missing: missingTexts.optional(),
      /** The text in this column is this fact of the observation. */
      label: z.enum(LABELS, expected(`one of ${LABELS.join(', ')}`)).optional(),
      /** The column is the instrument's clock in UTC, or part of it. */
      time: z.string(expected('iso, epoch-s, epoch-ms or a pattern such as yyyy-MM-dd')).optional(),
      /** The column is always exactly this text, such as the letter of a unit. */
      text: printable('a printable text', 40).optional(),
    },
    expected(`${COLUMN_FORMS}, with the keys unit, scale, offset, missing beside code`),
  )
  .superRefine((written, context) => {
    const fault = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    const forms = (['code', 'label', 'time', 'text'] as const).filter((key) => written[key] !== undefined);
    if (forms.length !== 1) {
      const message = `expected one of ${COLUMN_FORMS}, found ${forms.length === 0 ? 'none of them' : forms.join(' and ')}`;
      context.addIssue({ code: 'custom', message });
      return;
    }
    const { code, unit, time } = written;
    if (code === undefined) {
      for (const key of ['unit', 'scale', 'offset', 'missing'] as const) {
        if (written[key] !== undefined) fault(key, `expected ${key} only beside a code, found it beside ${forms[0]}`);
      }
    } else if (!isPrinted(code)) fault('code', unknownCode(code));
    else if (unit !== undefined && !unitsOf(code).has(unit)) {
      const units = [...unitsOf(code).keys()].join(', ');
      fault(
        'unit',
        `expected one of ${units} for ${code}, found '${unit}': use scale and offset to reach one of these`,
      );
    }
    if (time !== undefined && !isTimeWord(time) && fieldsOf(time) === undefined) {
      fault('time', `expected iso, epoch-s, epoch-ms or a pattern of ${TOKEN_LIST}, found '${time}'`);
    }
  });

/** A quantity without a code stays in the raw archive, where it is found again once it has one. */
function unknownCode(code: string): string {
  const codes = [...PARAMETERS.keys()].filter(isPrinted).join(', ');
  return `expected a code of the parameter table, found '${code}': write null for a quantity that has none; the codes are ${codes}`;
}

/** True for codes that a line can carry: what keeps a value from before a correction is filled by that correction. */
function isPrinted(code: string): boolean {
  return isMeasured(code) && !code.endsWith('_DELIVERED');
}

export function isTimeWord(time: string): boolean {
  return (TIME_WORDS as readonly string[]).includes(time);
}

const patterns = z
  .array(
    z.string(expected('a regular expression in quotes')).superRefine((pattern, context) => {
      const message = patternFault(pattern);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
    expected('a list of regular expressions such as ["^#"]'),
  )
  .max(16, expected('at most 16 patterns'))
  .default([]);

export const settingsSchema = z
  .strictObject(
    {
      /** Stands between two columns; blanks around it are no part of a column. */
      separator: z
        .string(expected('a separator: ",", ";", tab, whitespace or another text'))
        .refine(
          isSeparator,
          expected('",", ";", tab, whitespace or a short text without letters, digits, blanks, + - and points'),
        ),
      /** How a record begins; whatever begins otherwise is none. The separator may follow it. */
      prefix: printable('the text a record begins with', 40).optional(),
      /** All columns, in the order of the line. */
      columns: z.array(column.nullable(), expected('a list of columns in the order of the line')),
      decimal: z.enum(['.', ','], expected('"." or ","')).default('.'),
      /** Numbers may be written 1.5E+03. */
      exponent: z.boolean(expected('true or false')).default(false),
      /** Texts that mean "no value" in any column with a code; "" is an empty column. */
      missing: missingTexts.default([]),
      /** `nmea`: a record begins with $ or ! and ends with * and two digits, which must agree. */
      checksum: z.enum(['nmea'], expected('nmea')).optional(),
      /** Lines that are no record and are passed over: banners, prompts. */
      ignore: patterns,
      /** Lines that fit `ignore` and are rejected nevertheless. */
      reject: patterns,
    },
    expected('the keys separator, columns, prefix, decimal, exponent, missing, checksum, ignore, reject'),
  )
  .superRefine((settings, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const { columns, separator, decimal, checksum, prefix } = settings;
    if (separator === decimal) {
      fault(['decimal'], `expected a decimal sign that is not the separator, found '${decimal}' for both`);
    }
    if (checksum === 'nmea' && !/^[$!]/.test(prefix ?? '')) {
      fault(['prefix'], `expected a prefix that begins with $ or ! beside checksum: nmea, found ${found(prefix)}`);
    }
    if (!columns.some((each) => each?.code !== undefined)) {
      fault(['columns'], 'expected at least one column with a code, found none: nothing would be published');
    }
    for (const key of ['code', 'label'] as const) {
      const names = columns.map((each) => each?.[key]);
      names.forEach((name, i) => {
        if (name !== undefined && names.indexOf(name) < i)
          fault(['columns', i, key], `expected each ${key} once, found '${name}' again`);
      });
    }
    const incomplete = timeFault(columns.flatMap((each) => each?.time ?? []));
    if (incomplete !== undefined) fault(['columns'], incomplete);
  });
export type Settings = z.output<typeof settingsSchema>;
export type Column = z.output<typeof column>;

/** What the time columns of a line lack to be one time. */
function timeFault(times: readonly string[]): string | undefined {
  if (times.length === 0) return undefined;
  if (times.some(isTimeWord)) {
    return times.length === 1
      ? undefined
      : `expected one time column beside ${times.find(isTimeWord)}, found ${times.length}`;
  }
  // A column that is no pattern has its own message.
  if (times.some((time) => fieldsOf(time) === undefined)) return undefined;
  const fields = times.flatMap((time) => fieldsOf(time) ?? []);
  const twice = fields.find((field, i) => fields.indexOf(field) < i);
  if (twice !== undefined) return `expected each part of the time once, found the ${FIELDS[twice]} again`;
  const lacking = FIELDS.slice(0, 5).filter((_, field) => !fields.includes(field));
  return lacking.length === 0
    ? undefined
    : `expected time columns with ${FIELDS.slice(0, 5).join(', ')}, found none with ${lacking.join(', ')}`;
}

function isSeparator(text: string): boolean {
  return (
    (SEPARATOR_WORDS as readonly string[]).includes(text) ||
    (/^[\x21-\x7e]{1,8}$/.test(text) && !/[A-Za-z0-9+.-]/.test(text))
  );
}
