/** What a technician is told. Every message says what to write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARAMETERS } from '@emso/core';
import { delimitedText } from './instrument.ts';
import { unitsOf } from './units.ts';

const TEMP = { code: 'TEMP' };

test('settings that cannot be are refused at their place, with what to write', () => {
  const cases: [settings: unknown, path: string, message: RegExp][] = [
    [
      { columns: [TEMP] },
      'separator',
      /^expected a separator: ",", ";", tab, whitespace or another text, found nothing$/,
    ],
    [{ separator: ',' }, 'columns', /^expected a list of columns in the order of the line, found nothing$/],
    [{ separator: ',', columns: [] }, 'columns', /^expected at least one column with a code/],
    [{ separator: ',', columns: [null] }, 'columns', /^expected at least one column with a code/],
    [{ separator: ', ', columns: [TEMP] }, 'separator', /^expected ",", ";", tab, .* found ", "$/],
    [{ separator: '-', columns: [TEMP] }, 'separator', /without letters, digits, blanks/],
    [{ separator: 'comma', columns: [TEMP] }, 'separator', /found "comma"/],
    [
      { separator: ',', decimal: ',', columns: [TEMP] },
      'decimal',
      /^expected a decimal sign that is not the separator/,
    ],
    [
      { separator: ',', seperator: ';', columns: [TEMP] },
      '',
      /^expected the keys separator, .* found the key seperator$/,
    ],
    [{ separator: ',', columns: ['TEMP'] }, 'columns.0', /^expected \{ code: … \}, .* found "TEMP"$/],
    [{ separator: ',', columns: [{}, TEMP] }, 'columns.0', /^expected one of \{ code: … \}.* found none of them$/],
    [{ separator: ',', columns: [{ code: 'TEMP', time: 'iso' }] }, 'columns.0', /found code and time$/],
    [{ separator: ',', columns: [{ code: 'TEMP', units: 'K' }] }, 'columns.0', /found the key units$/],
    [
      { separator: ',', columns: [{ code: 'WSPD' }, TEMP] },
      'columns.0.code',
      /^expected a code of the parameter table, found 'WSPD': write null .*; the codes are TEMP, CNDC, PRES, /,
    ],
    [
      { separator: ',', columns: [{ code: 'UCUR_DELIVERED' }, TEMP] },
      'columns.0.code',
      /^expected a code of the parameter table/,
    ],
    [{ separator: ',', columns: [TEMP, TEMP] }, 'columns.1.code', /^expected each code once, found 'TEMP' again$/],
    [
      { separator: ',', columns: [{ code: 'TEMP', unit: 'F' }] },
      'columns.0.unit',
      /^expected one of degC, degF, K for TEMP, found 'F': use scale and offset/,
    ],
    [{ separator: ',', columns: [{ code: 'PSAL', unit: 'PSU' }] }, 'columns.0.unit', /^expected one of 1 for PSAL/],
    [
      { separator: ',', columns: [{ code: 'TEMP', scale: 0 }] },
      'columns.0.scale',
      /^expected a number that is not 0, found 0$/,
    ],
    [
      { separator: ',', columns: [{ code: 'TEMP', offset: '1' }] },
      'columns.0.offset',
      /^expected a number, found "1"$/,
    ],
    [
      { separator: ',', columns: [TEMP, { text: 'C', unit: 'K' }] },
      'columns.1.unit',
      /^expected unit only beside a code, found it beside text$/,
    ],
    [
      { separator: ',', columns: [TEMP, { label: 'Serial' }] },
      'columns.1.label',
      /^expected one of Instrument_Type, Instrument_Serial, found "Serial"$/,
    ],
    [
      { separator: ',', columns: [TEMP, { time: 'hh:mm' }] },
      'columns.1.time',
      /^expected iso, epoch-s, epoch-ms or a pattern of yyyy \(year\), .*HH \(hour from 00 to 23\), .* found 'hh:mm'$/,
    ],
    [
      { separator: ',', columns: [TEMP, { time: 'yyyy-MM-dd' }] },
      'columns',
      /^expected time columns with year, .* found none with hour, minute$/,
    ],
    [
      { separator: ',', columns: [TEMP, { time: 'iso' }, { time: 'HH:mm' }] },
      'columns',
      /^expected one time column beside iso, found 2$/,
    ],
    [
      { separator: ',', columns: [TEMP, { time: 'yyyy-MM-dd HH:mm' }, { time: 'mm' }] },
      'columns',
      /found the minute again$/,
    ],
    [
      { separator: ',', checksum: 'nmea', columns: [TEMP] },
      'prefix',
      /^expected a prefix that begins with \$ or ! beside checksum: nmea, found nothing$/,
    ],
    [{ separator: ',', checksum: 'crc', columns: [TEMP] }, 'checksum', /^expected nmea, found "crc"$/],
    [{ separator: ',', columns: [TEMP], missing: 'NaN' }, 'missing', /^expected a list such as/],
    [
      { separator: ',', columns: [TEMP], missing: [true] },
      'missing.0',
      /^expected a text or a number such as NaN or -999, found true$/,
    ],
    [{ separator: ',', columns: [TEMP], ignore: ['(a+)+'] }, 'ignore.0', /never behind a group/],
    [
      { separator: ',', columns: [TEMP], ignore: '^#' },
      'ignore',
      /^expected a list of regular expressions such as \["\^#"\]/,
    ],
    [{ separator: ',', columns: [TEMP], exponent: 'yes' }, 'exponent', /^expected true or false, found "yes"$/],
    [
      { separator: ',', columns: [TEMP], prefix: 'é' },
      'prefix',
      /^expected the text a record begins with, at most 40 characters/,
    ],
    ['none', '', /^expected the keys separator, .* found "none"$/],
  ];
  for (const [settings, path, message] of cases) {
    const { error } = delimitedText.settings.safeParse(settings);
    const found = error?.issues.map((issue) => [issue.path.join('.'), issue.message]) ?? [];
    assert.equal(found.length, 1, `${JSON.stringify(settings)}: ${JSON.stringify(found)}`);
    assert.equal(found[0][0], path, JSON.stringify(settings));
    assert.match(found[0][1], message, JSON.stringify(settings));
  }
});

test('checked settings stay what they are when they are checked again', () => {
  const written = {
    separator: ';',
    columns: [{ code: 'PRES', unit: 'bar', scale: 2, offset: -1, missing: ['', -9] }, { time: 'epoch-s' }, null],
    missing: [-999, 'NaN'],
    ignore: ['^#'],
  };
  const checked = delimitedText.settings.parse(written);
  assert.deepEqual(delimitedText.settings.parse(JSON.parse(JSON.stringify(checked))), checked);
  assert.deepEqual(delimitedText.parameters(checked), ['PRES']);
});

test('every parameter has a unit of its own that changes nothing', () => {
  for (const code of PARAMETERS.keys()) {
    const [own] = unitsOf(code).values();
    assert.deepEqual(own, { shift: 0 }, code);
  }
});
