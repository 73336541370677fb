/** What header lines give, and what is said when they do not. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { asciiBytes, latin1Text } from '../bytes.ts';
import { readLines } from '../lines.ts';
import { sbe37Microcat as model } from './instrument.ts';

const fixture = (name: string): string => {
  const bytes = readFileSync(new URL(`fixtures/${name}/input.lines`, import.meta.url));
  return latin1Text(bytes, 0, bytes.length);
};
const HEX = { outputFormat: 'hex', calibration: 'header' };
const INDUCTIVE = { outputFormat: 'inductive-hex', pressureRange: 'header' };

function read(text: string, settings: unknown) {
  return model.header!(readLines(asciiBytes(text)), model.settings.parse(settings));
}

test('an upload brings its coefficients', () => {
  const { settings, coefficients, warnings } = read(fixture('upload-hex'), HEX);
  assert.equal('calibration' in settings, false);
  assert.deepEqual(coefficients?.temperature, { a0: -1.898409e-4, a1: 3.136087e-4, a2: -4.461848e-6, a3: 2.019781e-7 });
  assert.equal(coefficients?.conductivity.wbotc, -1.49105e-7);
  assert.equal(coefficients?.pressure?.ptca0, 523607.5);
  assert.equal(coefficients?.oxygen, undefined);
  // Eight lines of it decode at any length: the cut one of 20 digits among them.
  assert.deepEqual(warnings, ['expected 8 samples as the header declares, found 9: lines were lost or damaged']);
  assert.deepEqual(read(fixture('upload-hex'), { ...HEX, fields: ['TEMP', 'CNDC', 'PRES'] }).warnings, []);
});

test('oxygen coefficients are told from those of temperature', () => {
  const { coefficients } = read(fixture('upload-hex-oxygen'), HEX);
  assert.equal(coefficients?.oxygen?.a0, 1.0513);
  assert.equal(coefficients?.oxygen?.ta3, 9.756123e-8);
  assert.equal(coefficients?.temperature.a0, -1.898409e-4);
});

test('a file that says a thing twice is believed the first time', () => {
  const text = `${fixture('upload-hex')}* <A0>1.000000e+00</A0>\n`;
  assert.equal(read(text, HEX).coefficients?.temperature.a0, -1.898409e-4);
});

test('an offset that was set in the instrument comes with the pressure coefficients', () => {
  const text = fixture('upload-hex').replace('<POFFSET>0.000000e+00<', '<POFFSET>-1.500000e-01<');
  assert.equal(read(text, HEX).coefficients?.pressure?.poffset, -0.15);
});

test('FORMATS §9.18 an envelope declares how many samples follow', () => {
  const text = fixture('inductive-hex');
  const { settings, warnings } = read(text, INDUCTIVE);
  assert.equal((settings as { pressureRange: number }).pressureRange, 1450);
  assert.deepEqual(warnings, ['expected 62 samples as the header declares, found 7: lines were lost or damaged']);
  assert.deepEqual(read(text.replace('= 62', '= 7'), INDUCTIVE).warnings, []);
});

describe('what the header does not say is said', () => {
  const upload = fixture('upload-hex').replace(/\* +<Samples>.*\n/, '');
  const cases: [title: string, text: string, settings: unknown, warnings: RegExp[]][] = [
    ['no envelope', '563A00C351E50A28D3531B\n', INDUCTIVE, [/PressureRange/]],
    [
      'no header',
      '09B9FD14FE88095E0404842198A5A1\n',
      HEX,
      [/temperature: expected the temperature coefficients/, /conductivity/],
    ],
    [
      'one coefficient less',
      upload.replace(/\* +<PTCA1>.*\n/, ''),
      HEX,
      [/pressure coefficients .* found none of PTCA1/],
    ],
    [
      'a coefficient that is no number',
      upload.replace('-1.898409e-04', 'n/a'),
      HEX,
      [/found none of A0$/, /temperature/],
    ],
    ['all of it', upload, HEX, []],
  ];
  for (const [title, text, settings, expected] of cases) {
    test(title, () => {
      const { warnings = [], settings: resolved } = read(text, settings);
      assert.equal(warnings.length, expected.length, warnings.join('\n'));
      for (const [i, pattern] of expected.entries()) assert.match(warnings[i], pattern);
      assert.ok(!Object.values(resolved as object).includes('header'));
    });
  }
});
