import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes } from '../bytes.ts';
import { delimitedText } from './instrument.ts';

/** What a line says under these settings: its values by code, a time in epoch ms under `at`, or the answer's kind or reason. */
function reader(settings: object): (line: string) => Record<string, number | string> | string {
  const checked = delimitedText.settings.parse(settings);
  const decode = delimitedText.decoder(checked);
  const codes = delimitedText.parameters(checked);
  return (line) => {
    const bytes = Uint8Array.from(line, (character) => character.charCodeAt(0));
    const batch = createBatch(codes, delimitedText.labels, 1);
    const answer = decode(bytes, 0, bytes.length, batch);
    if (answer.kind !== 'decoded') return answer.kind === 'rejected' ? answer.reason : answer.kind;
    assert.equal(batch.count, 1);
    const said: Record<string, number | string> = {};
    codes.forEach((code, i) => {
      if (!Number.isNaN(batch.values[i][0])) said[code] = batch.values[i][0];
    });
    if (!Number.isNaN(batch.instrument[0])) said['at'] = batch.instrument[0];
    for (const { name, texts, index } of batch.labels) if (index[0] > 0) said[name] = texts[index[0]];
    return said;
  };
}

type Case = [line: string, expected: ReturnType<ReturnType<typeof reader>>];

function check(settings: object, cases: readonly Case[]): void {
  const read = reader(settings);
  for (const [line, expected] of cases) assert.deepEqual(read(line), expected, JSON.stringify(line));
}

const TWO = [{ code: 'TEMP' }, { code: 'PRES' }];

test('separators', () => {
  check({ separator: ',', columns: TWO }, [
    ['13.2,2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['  13.2 ,\t2505.6  \r', { TEMP: 13.2, PRES: 2505.6 }],
    ['13.2,', 'field-count'],
    ['13.2', 'field-count'],
    ['13.2,2505.6,', 'field-count'],
    ['13.2,2505.6,1', 'field-count'],
    ['13.2;2505.6', 'not-a-number'],
    ['13.2 2505.6', 'not-a-number'],
    ['13.2,,2505.6', 'not-a-number'],
    [',2505.6', 'not-a-number'],
    ['', 'ignored'],
    [' \t\r', 'ignored'],
  ]);
  check({ separator: 'whitespace', columns: TWO }, [
    ['13.2 \t 2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['13.2,2505.6', 'not-a-number'],
    ['13.2  ', 'field-count'],
    ['13.2 2505.6 7', 'field-count'],
  ]);
  check({ separator: '::', columns: TWO }, [
    ['13.2 :: 2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['13.2:2505.6', 'not-a-number'],
    ['13.2:::2505.6', 'not-a-number'],
  ]);
});

test('a TAB that separates is no blank, and empty columns at the end may be lost with it', () => {
  check({ separator: 'tab', columns: [...TWO, { code: 'PSAL', missing: [''] }, null] }, [
    ['13.2\t2505.6\t38.4\tok', { TEMP: 13.2, PRES: 2505.6, PSAL: 38.4 }],
    ['13.2\t 2505.6\t\t', { TEMP: 13.2, PRES: 2505.6 }],
    ['13.2\t2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['13.2\t\t2505.6\t', 'not-a-number'],
    ['13.2', 'field-count'],
    ['13.2\t2505.6\t38.4\tok\t', { TEMP: 13.2, PRES: 2505.6, PSAL: 38.4 }],
    ['13.2\t2505.6\t38.4\tok\tx', 'field-count'],
  ]);
});

test('numbers are the strict grammar, and exponents only where settings allow them', () => {
  const plain: Case[] = [
    ['-0.5', { TEMP: -0.5 }],
    ['+12', { TEMP: 12 }],
    ['.5', { TEMP: 0.5 }],
    ['-0', { TEMP: 0 }],
    ['12.', 'not-a-number'],
    ['.', 'not-a-number'],
    ['--1', 'not-a-number'],
    ['1e3', 'not-a-number'],
    ['0x10', 'not-a-number'],
    ['1_000', 'not-a-number'],
    ['NaN', 'not-a-number'],
    ['Infinity', 'not-a-number'],
    ['9'.repeat(400), 'not-a-number'],
    ['1\x80', 'damaged'],
    ['1\x01', 'damaged'],
  ];
  check({ separator: ',', columns: [{ code: 'TEMP' }] }, plain);
  check({ separator: ',', exponent: true, columns: [{ code: 'TEMP' }] }, [
    ['1.32E+01', { TEMP: 13.2 }],
    ['-1.32e-01', { TEMP: -0.132 }],
    ['13.2', { TEMP: 13.2 }],
    ['1.32E+1', 'not-a-number'],
    ['1.32E', 'not-a-number'],
    ['1.0E+999', 'not-a-number'],
  ]);
  check({ separator: ';', decimal: ',', columns: TWO }, [
    ['13,2;-2505,6', { TEMP: 13.2, PRES: -2505.6 }],
    ['13.2;2505,6', 'not-a-number'],
    ['1.013,2;2505,6', 'not-a-number'],
    ['13,2,1;2505,6', 'not-a-number'],
    ['13,2;2505,', 'not-a-number'],
  ]);
});

test('units, scale and offset: exact where only the point moves, else rounded once to the table', () => {
  const cases: [column: object, printed: string, value: number][] = [
    [{ code: 'TEMP', unit: 'degF' }, '55.94', 13.3],
    [{ code: 'TEMP', unit: 'K' }, '286.4474', 13.2974],
    [{ code: 'PRES', unit: 'psi' }, '3617.5512', 2494.214],
    [{ code: 'PRES', unit: 'bar' }, '250.41234', 2504.123],
    [{ code: 'PRES', unit: 'mbar' }, '250412.345678', 2504.12345678],
    [{ code: 'PRES', unit: 'hPa' }, '1013.25', 10.1325],
    [{ code: 'PRES', unit: 'kPa' }, '101.325', 10.1325],
    [{ code: 'PRES', unit: 'MPa' }, '25.0412', 2504.12],
    [{ code: 'PRES', unit: 'psi', offset: -14.696 }, '14.696', 0],
    [{ code: 'PRES', unit: 'hPa', scale: 0.5, offset: 10 }, '2006.5', 10.133],
    [{ code: 'CNDC', unit: 'mS/cm' }, '45.9963', 4.59963],
    [{ code: 'CNDC', unit: 'uS/cm' }, '45996.3', 4.59963],
    [{ code: 'UCUR', unit: 'cm/s' }, '-12.3', -0.123],
    [{ code: 'UCUR', unit: 'mm/s' }, '-123', -0.123],
    [{ code: 'CSPD', unit: 'knot' }, '1.0', 0.5144],
    [{ code: 'DEPH', unit: 'ft' }, '100', 30.48],
    [{ code: 'DEPH', unit: 'cm' }, '123', 1.23],
    [{ code: 'DOXY', unit: 'ml/l' }, '5.0', 223.298],
    [{ code: 'DOX1', unit: 'umol/l' }, '223.298', 5],
    [{ code: 'DOX1', unit: 'mg/l' }, '7.14515', 5],
    [{ code: 'HEADING', unit: 'rad' }, '3.14159265', 180],
    [{ code: 'BATTERY', unit: 'mV' }, '12600', 12.6],
    [{ code: 'RAWTEMP', unit: 'V' }, '0.4486', 448.6],
    [{ code: 'TSED', unit: 'ug/l' }, '1500', 1.5],
    [{ code: 'TEMP', scale: 0.0001 }, '132974', 13.2974],
  ];
  for (const [column, printed, value] of cases) {
    const title = `${JSON.stringify(column)} ${printed}`;
    const code = (column as { code: string }).code;
    assert.deepEqual(reader({ separator: ',', columns: [column] })(printed), { [code]: value }, title);
  }
  check({ separator: ',', exponent: true, columns: [{ code: 'CNDC', unit: 'mS/cm' }] }, [
    ['4.59963E+01', { CNDC: 4.59963 }],
  ]);
  check({ separator: ',', columns: [{ code: 'TEMP', scale: 1e300 }] }, [['99999999999', 'not-a-number']]);
});

test('texts that mean "no value"; a line of nothing else is no observation', () => {
  const columns = [
    { code: 'TEMP', missing: ['---', ''] },
    { code: 'PRES', unit: 'mbar' },
  ];
  check({ separator: ',', missing: [-999, 'NaN', '1E9'], columns }, [
    ['-999.00,250560', { PRES: 2505.6 }],
    ['---,250560', { PRES: 2505.6 }],
    [' ,250560', { PRES: 2505.6 }],
    ['13.2,NaN', { TEMP: 13.2 }],
    ['13.2,-999', { TEMP: 13.2 }],
    ['13.2,1E9', { TEMP: 13.2 }],
    ['13.2,---', 'not-a-number'],
    ['13.2,', 'field-count'],
    ['----,250560', 'not-a-number'],
    ['13.2,NaN1', 'not-a-number'],
    ['13.2,-999.1', { TEMP: 13.2, PRES: -9.991 }],
    ['---,NaN', 'ignored'],
  ]);
  check({ separator: ',', missing: ['', '-', '--'], columns: TWO }, [
    ['--,7', { PRES: 7 }],
    ['-,7', { PRES: 7 }],
    [',7', { PRES: 7 }],
    ['---,7', 'not-a-number'],
  ]);
  check({ separator: ',', exponent: true, missing: ['1.0E+29'], columns: TWO }, [['1.000E+29,7', { PRES: 7 }]]);
  check({ separator: ';', decimal: ',', missing: [-999.9], columns: TWO }, [['-999,90;7', { PRES: 7 }]]);
});

test('times: ISO, epoch, one column or several', () => {
  const at = Date.UTC(2024, 4, 1, 12, 0, 7);
  check({ separator: ',', columns: [{ time: 'iso' }, { code: 'TEMP' }] }, [
    ['2024-05-01T12:00:07.250Z,13.2', { at: at + 250, TEMP: 13.2 }],
    ['2024-05-01 12:00:07 , 13.2', { at, TEMP: 13.2 }],
    ['2024-05-01T12:00:07+02:00,13.2', 'bad-time'],
    ['2024-02-30T12:00:07Z,13.2', 'bad-time'],
    [',13.2', 'bad-time'],
  ]);
  check({ separator: ',', columns: [{ code: 'TEMP' }, { time: 'epoch-s' }] }, [
    [`13.2,${at / 1000}.25`, { at: at + 250, TEMP: 13.2 }],
    ['13.2,-1', 'bad-time'],
    ['13.2,999999999999999', 'bad-time'],
  ]);
  check({ separator: ',', columns: [{ code: 'TEMP' }, { time: 'epoch-ms' }] }, [
    [`13.2,${at}`, { at, TEMP: 13.2 }],
    [`13.2,${at}.5`, 'bad-time'],
  ]);
  const apart = ['HH', 'mm', 'ss', 'dd', 'MM', 'yyyy'].map((time) => ({ time }));
  check({ separator: 'whitespace', columns: [...apart, { code: 'TEMP' }] }, [
    ['12 00 07 01 05 2024 13.2', { at, TEMP: 13.2 }],
    ['12 00 07 01 13 2024 13.2', 'bad-time'],
  ]);
  check({ separator: ',', columns: [{ time: 'dd MMM yyyy, HH:mm:ss' }, { code: 'TEMP' }] }, [
    ['01 May 2024,  12:00:07, 13.2', { at, TEMP: 13.2 }],
    ['01 May 2024, 12:00:077, 13.2', 'bad-time'],
  ]);
});

test('labels and fixed texts', () => {
  check(
    {
      separator: ',',
      columns: [{ label: 'Instrument_Type' }, { code: 'TEMP' }, { text: 'C' }, { label: 'Instrument_Serial' }],
    },
    [
      ['SBE 16, 13.2,C, 0042 ', { Instrument_Type: 'SBE 16', TEMP: 13.2, Instrument_Serial: '0042' }],
      [',13.2,C,42', 'damaged'],
      ['SBE 16,13.2,F,42', 'unknown-sentence'],
      ['SBE 16,13.2,CC,42', 'unknown-sentence'],
      ['SBE\xe916,13.2,C,42', 'damaged'],
      [`${'x'.repeat(41)},13.2,C,42`, 'damaged'],
    ],
  );
});

test('prefix and NMEA checksum', () => {
  const sum = (text: string): string =>
    [...text.slice(1)]
      .reduce((all, character) => all ^ character.charCodeAt(0), 0)
      .toString(16)
      .padStart(2, '0');
  const framed = (text: string): string => `${text}*${sum(text)}`;
  check({ separator: ',', prefix: '$T', checksum: 'nmea', columns: TWO }, [
    [framed('$T,13.2,2505.6'), { TEMP: 13.2, PRES: 2505.6 }],
    [framed('$T,13.2,2505.6').toUpperCase(), { TEMP: 13.2, PRES: 2505.6 }],
    [framed('$T,13.2,2505.'), { TEMP: 13.2, PRES: 2505 }],
    [framed('$T,13.2,2505.6').replace('13', '14'), 'checksum'],
    ['$T,13.2,2505.6', 'partial'],
    ['$T,13.2,2505.6*', 'partial'],
    ['$T*', 'partial'],
    [framed('$TX,13.2,2505.6'), 'not-a-number'],
    [framed('$t,13.2,2505.6'), 'unknown-sentence'],
  ]);
  check({ separator: 'whitespace', prefix: 'P=', columns: TWO }, [
    ['P= 13.2 2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['P=13.2 2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['13.2 2505.6', 'unknown-sentence'],
  ]);
});

test('patterns look only at lines that are no record', () => {
  check({ separator: ',', columns: TWO, ignore: ['^1', '^ready'], reject: ['^17'] }, [
    ['13.2,2505.6', { TEMP: 13.2, PRES: 2505.6 }],
    ['1 x', 'ignored'],
    ['17 x', 'not-a-number'],
    ['re\x11ady', 'ignored'],
    ['other', 'not-a-number'],
  ]);
});

test('any numbers printed between separators come back as they were, and a lost column never moves another', () => {
  const number = fc
    .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: 0, max: 5 }))
    .map(([mantissa, decimals]) => (mantissa / Number(`1e${decimals}`)).toFixed(decimals));
  const codes = ['TEMP', 'CNDC', 'PRES', 'PSAL'];
  for (const [separator, between] of [
    [',', ', '],
    [';', ';'],
    ['tab', '\t'],
    ['whitespace', '   '],
    ['|', ' | '],
  ]) {
    const read = reader({ separator, columns: codes.map((code) => ({ code })) });
    fc.assert(
      fc.property(fc.tuple(number, number, number, number), fc.nat(3), (printed, lost) => {
        const said = Object.fromEntries(codes.map((code, i) => [code, Number(printed[i]) + 0]));
        assert.deepEqual(read(printed.join(between)), said);
        assert.equal(read(printed.filter((_, i) => i !== lost).join(between)), 'field-count');
        assert.equal(read([...printed, '1.0'].join(between)), 'field-count');
      }),
    );
  }
});

test('two decoders with other settings do not disturb each other', () => {
  const [one, other] = [
    reader({ separator: ',', columns: TWO }),
    reader({ separator: ',', columns: TWO.toReversed() }),
  ];
  assert.deepEqual(one('1,2'), { TEMP: 1, PRES: 2 });
  assert.deepEqual(other('1,2'), { TEMP: 2, PRES: 1 });
  assert.deepEqual(one('1,2'), { TEMP: 1, PRES: 2 });
});

test('what stands behind a line in the buffer changes nothing', () => {
  const columns = [
    { label: 'Instrument_Serial' },
    { time: 'dd MMM yyyy HH:mm:ss.fff' },
    { code: 'TEMP' },
    { text: 'ok' },
  ];
  const line = '$A;TS 1;01 May 2024 12:00:07.25;-13,2941E+01;ok*00';
  for (const checksum of [undefined, 'nmea']) {
    const settings = delimitedText.settings.parse({
      ...{ separator: ';', decimal: ',', exponent: true, prefix: '$A', columns, checksum },
      missing: ['-13', '-'],
    });
    const decode = delimitedText.decoder(settings);
    const batch = createBatch(['TEMP'], delimitedText.labels, 1);
    for (let cut = 0; cut <= line.length; cut++) {
      const expected = decode(asciiBytes(line.slice(0, cut)), 0, cut, batch);
      for (const behind of ' \r\n;,.*+-0123456789EMTZajok$') {
        const found = decode(asciiBytes(line.slice(0, cut) + behind), 0, cut, batch);
        assert.deepEqual(found, expected, JSON.stringify([line.slice(0, cut), behind]));
      }
    }
  }
});
