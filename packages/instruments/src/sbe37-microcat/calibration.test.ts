/** From counts to quantities: against published vectors, and what stays missing when something is unknown. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createBatch } from '@emso/core';
import { coefficientsSchema } from './calibration.ts';
import {
  absolutePressureOf,
  conductivityOf,
  type OxygenSheet,
  oxygenOf,
  oxygenTemperatureOf,
  pressureOf,
  temperatureOf,
} from './equations.ts';
import { inductivePressure } from './inductive.ts';
import { sbe37Microcat as model } from './instrument.ts';

/** SBE 63 serial 2568, from the tests of Sea-BirdScientific/seabirdscientific (MIT). */
const OXYGEN: OxygenSheet = {
  a0: 1.0513,
  a1: -1.5e-3,
  a2: 4.1907e-1,
  b0: -2.5004e-1,
  b1: 1.6524,
  c0: 1.0355e-1,
  c1: 4.4295e-3,
  c2: 6.0011e-5,
  e: 1.1e-2,
  ta0: 7.05918e-4,
  ta1: 2.50467e-4,
  ta2: 7.402389e-7,
  ta3: 9.756123e-8,
};

/** SBE 37-SM serial 16125, as its upload says (fixture `upload-hex`). */
const SHEET = {
  temperature: { a0: -1.898409e-4, a1: 3.136087e-4, a2: -4.461848e-6, a3: 2.019781e-7 },
  conductivity: {
    g: -1.001932,
    h: 0.128425,
    i: -9.960452e-5,
    j: 2.347041e-5,
    pcor: -9.57e-8,
    tcor: 3.25e-6,
    wbotc: -1.49105e-7,
  },
  pressure: {
    pa0: 1.054949e-3,
    pa1: 4.8537e-4,
    pa2: -2.070713e-12,
    ptca0: 5.236075e5,
    ptca1: 4.34649,
    ptca2: -1.758472e-1,
    ptcb0: 25.26225,
    ptcb1: 6.5e-4,
    ptcb2: 0,
    ptempa0: -61.52156,
    ptempa1: 5.181662e-2,
    ptempa2: -2.894098e-7,
  },
};

const within = (found: number, expected: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: expected ${expected}, found ${found}`);

test('SBE 63 thermistor and oxygen are those of the maker and of OOI', () => {
  const volts: [volts: number, degC: number][] = [
    [1.12015, 2.0002],
    [1.12016, 1.9999],
    [0.99562, 5.9998],
    [0.82934, 12],
    [0.64528, 19.9998],
  ];
  for (const [voltage, expected] of volts) within(oxygenTemperatureOf(OXYGEN, voltage), expected, 6e-5, `${voltage} V`);
  // Not absolute zero, which the logarithm of nothing would give.
  for (const voltage of [-1, 0, 3.3, 4]) assert.equal(oxygenTemperatureOf(OXYGEN, voltage), Number.NaN, `${voltage} V`);
  // From the calibration sheet (0 dbar, fresh water; what the water held, so residuals of the fit show), and two computed by OOI with
  // pressure and with salinity.
  const phases: [us: number, degC: number, dbar: number, salinity: number, expected: number, tolerance: number][] = [
    [31.06, 30, 0, 0, 0.706, 1e-3],
    [31.66, 26, 0, 0, 0.74, 1e-3],
    [32.59, 20, 0, 0, 0.799, 1e-3],
    [33.92, 12, 0, 0, 0.892, 1e-3],
    [34.82, 6, 0, 0, 1.005, 1e-3],
    [35.44, 2, 0, 0, 1.095, 1e-3],
    [35.44, 2, 1000, 0, 1.1398, 6e-5],
    [35.44, 2, 100, 35, 0.8647, 6e-5],
  ];
  for (const [us, degC, dbar, salinity, expected, tolerance] of phases) {
    within(
      oxygenOf(OXYGEN, us, degC, salinity, dbar),
      expected,
      tolerance,
      `${us} us, ${degC} degC, ${dbar} dbar, ${salinity}`,
    );
  }
});

const VECTORS = new URL('../../../../../shared/instruments/samples/vectors.json', import.meta.url);
test('the shared vectors, each with its own convention', (t) => {
  if (!existsSync(VECTORS)) return t.skip('the shared samples are not beside this checkout');
  const vectors = JSON.parse(readFileSync(VECTORS, 'utf8'));
  let compared = 0;
  const check = (found: number, expected: number, tolerance: number, what: string): void => {
    within(found, expected, tolerance, what);
    compared++;
  };
  const { sbe37_temperature: T, sbe37_pressure: P, sbe37_conductivity: C, imodem } = vectors;
  T.counts.forEach((counts: number, i: number) => {
    check(temperatureOf(T.coef, counts), T.expected_degC[i], 6e-5, `T ${counts}`);
  });
  P.p_counts.forEach((counts: number, i: number) => {
    // The file names OOI's convention, psia × 0.689475729 − 10.1325, which is 0.003 dbar above these numbers; Sea-Bird's own
    // 14.7 psi, the one used here, gives them to their last digit.
    const sheet = { ...P.coef, poffset: 0 };
    check(pressureOf(sheet, counts, P.pt_counts[i]), P.expected_dbar[i], 6e-4, `P ${counts}`);
    const ooi = absolutePressureOf(sheet, counts, P.pt_counts[i]) * 0.689475729 - 10.1325;
    check(ooi, P.expected_dbar[i] + 0.003, 6e-4, `P ${counts}, OOI`);
  });
  C.counts.forEach((counts: number, i: number) => {
    const sheet = { ...C.coef, pcor: C.coef.cpcor, tcor: C.coef.ctcor };
    // The counts are 256ths of a hertz.
    check(conductivityOf(sheet, counts / 256, C.temperature[i], C.pressure[i]), C.expected_Spm[i], 6e-7, `C ${counts}`);
  });
  check(
    inductivePressure(imodem.pressure.counts, imodem.pressure.range_psia),
    imodem.pressure.expected_dbar,
    6e-6,
    'imodem',
  );
  for (const [counts, degC] of imodem.temperature) check((counts - 100_000) / 10_000, degC, 1e-12, 'imodem T');
  for (const [counts, siemens] of imodem.conductivity) check((counts - 50_000) / 100_000, siemens, 1e-12, 'imodem C');
  assert.equal(compared, 4 + 8 + 4 + 3);
});

/** Quantities of one row with these counts. */
function converted(sheet: unknown, settings: unknown, counts: Record<string, number>): Record<string, number> {
  const checked = model.settings.parse(settings);
  const codes = [...model.parameters(checked), ...model.calibration!.counts(checked)];
  const batch = createBatch(codes, model.labels, 3);
  batch.count = 3;
  for (const column of batch.values) column.fill(Number.NaN);
  codes.forEach((code, i) => {
    batch.values[i][1] = counts[code] ?? Number.NaN;
  });
  model.calibration!.convert(coefficientsSchema.parse(sheet), checked)(batch, 1, 2);
  const row = (at: number): Record<string, number> =>
    Object.fromEntries(
      model
        .parameters(checked)
        .map((code, i) => [code, batch.values[i][at]] as const)
        .filter(([, value]) => !Number.isNaN(value)),
    );
  assert.deepEqual([row(0), row(2)], [{}, {}], 'rows outside the interval are left alone');
  return row(1);
}

describe('what is unknown stays missing', () => {
  const settings = { outputFormat: 'hex' };
  const counts = {
    temperature_counts: 637437,
    conductivity_hz: 1375880 / 256,
    pressure_counts: 613892,
    pressure_temperature_counts: 1156,
    oxygen_phase_us: 35.44,
    oxygen_thermistor_v: 1.12015,
  };
  const all = { ...SHEET, oxygen: OXYGEN };
  const { oxygen_phase_us: _phase, ...noOxygen } = counts;
  const { pressure_counts: _pressure, ...noPressure } = counts;
  const { conductivity_hz: _hertz, ...noConductivity } = counts;
  const { temperature_counts: _temperature, ...noTemperature } = counts;
  const { pressure: _sheet, ...withoutPressureSheet } = all;
  // Sea-Bird's own software gives −1.9118 degC, 2.711842 S/m, 20.072 dbar for this scan.
  const whole = { TEMP: -1.9118, CNDC: 2.71184, PRES: 20.072, DOX1: 0.8644 };
  const deep = { ...settings, referencePressure: 2500 };

  const cases: [title: string, sheet: unknown, settings: unknown, counts: Record<string, number>, expected: unknown][] =
    [
      ['all of it', all, settings, counts, whole],
      ['no oxygen sheet', SHEET, settings, counts, { TEMP: -1.9118, CNDC: 2.71184, PRES: 20.072 }],
      ['no oxygen counts', all, settings, noOxygen, { TEMP: -1.9118, CNDC: 2.71184, PRES: 20.072 }],
      ['no pressure at all: neither conductivity nor oxygen', all, settings, noPressure, { TEMP: -1.9118 }],
      [
        'a reference pressure instead',
        all,
        { ...settings, referencePressure: 20.072 },
        noPressure,
        { TEMP: -1.9118, CNDC: 2.71184, DOX1: 0.8644 },
      ],
      ['conductivity follows the reference pressure', SHEET, deep, noPressure, { TEMP: -1.9118, CNDC: 2.71249 }],
      ['measured pressure goes before the reference', all, deep, counts, whole],
      [
        'pressure counts without a sheet are no reason to take the reference',
        withoutPressureSheet,
        deep,
        counts,
        { TEMP: -1.9118 },
      ],
      ['no conductivity: no salinity, so no oxygen', all, settings, noConductivity, { TEMP: -1.9118, PRES: 20.072 }],
      ['no temperature counts: not this form of line', all, settings, noTemperature, {}],
      ['zero counts are no temperature', all, settings, { ...counts, temperature_counts: 0 }, { PRES: 20.072 }],
      [
        'coefficients of zero give nothing, not infinity',
        { ...SHEET, temperature: { a0: 0, a1: 0, a2: 0, a3: 0 } },
        settings,
        counts,
        { PRES: 20.072 },
      ],
      [
        'a thermistor at its supply voltage',
        all,
        settings,
        { ...counts, oxygen_thermistor_v: 3.3 },
        { TEMP: -1.9118, CNDC: 2.71184, PRES: 20.072 },
      ],
      [
        'the offset set in the instrument',
        { ...SHEET, pressure: { ...SHEET.pressure, poffset: -0.5 } },
        settings,
        noOxygen,
        { TEMP: -1.9118, CNDC: 2.71184, PRES: 19.572 },
      ],
    ];
  for (const [title, sheet, asked, given, expected] of cases) {
    test(title, () => assert.deepEqual(converted(sheet, asked, given), expected));
  }
});

test('a sheet that lacks a group or a coefficient says which', () => {
  const { temperature: _temperature, ...noTemperature } = SHEET;
  const { a3: _a3, ...noA3 } = SHEET.temperature;
  const cases: [sheet: unknown, path: string, message: RegExp][] = [
    [noTemperature, 'temperature', /expected the temperature coefficients a0, a1, a2, a3, found none/],
    [{ temperature: SHEET.temperature }, 'conductivity', /g, h, i, j, pcor, tcor, wbotc/],
    [{ ...SHEET, temperature: noA3 }, 'temperature.a3', /expected number/],
    [{ ...SHEET, pressure: { ...SHEET.pressure, PA0: 1 } }, 'pressure', /PA0/],
    [{ ...SHEET, oxygen: { ...OXYGEN, e: 'nominal' } }, 'oxygen.e', /expected number/],
  ];
  for (const [sheet, path, message] of cases) {
    const issues = coefficientsSchema.safeParse(sheet).error?.issues ?? [];
    assert.deepEqual(
      issues.map((issue) => issue.path.join('.')),
      [path],
    );
    assert.match(issues[0].message, message);
  }
});
