/** The texts of an Aquadopp: which lines are samples, and which only look like one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch, iso } from '@emso/core';
import { asciiBytes } from '../bytes.ts';
import { nortekAquadopp as model } from './instrument.ts';

const COLUMNS_27 =
  '08 01 2026 12 00 00 00000000 00110001    0.123   -0.045    0.006   130   126   125  13.0 1541.2 1541.2 141.7   1.5  -0.9 2500.086 2471.064  13.43     0 14489    0.131   110.10';
const COLUMNS_25 =
  '08 01 2026 12 00 00 00000000 00110001    0.123   -0.045    0.006   130   126   125  13.0 1541.2 141.7   1.5  -0.9 2500.086  13.43     0 14489    0.131   110.10';
const PROFILER_TEXT =
  '1397773685.111\t19.387\ty\t1492.4\t102.0\t-0.6\t-2.3\t18.473\t10.73\t-0.079\t0.109\t-0.099\t102\t104\t101';
const PROFILER_HEADER =
  '08 01 2026 12 00 00 00000000 00110001  13.0 1541.2 141.7   1.5  -0.9 2500.086  13.43     0 14489 3 20';
const MATRIX = [2896, 2896, 0, -2896, 2896, 0, -2896, -2896, 5792];

function settingsFor(layout: string): unknown {
  return { layout, coordinateSystem: layout === 'profiler-text' ? 'beam' : 'ENU' };
}

function decoded(line: string, settings: unknown): Record<string, unknown> {
  const checked = model.settings.parse(settings);
  const batch = createBatch(model.parameters(checked), model.labels, 1);
  const bytes = asciiBytes(line);
  const answer = model.decoder(checked)(bytes, 0, bytes.length, batch);
  if (answer.kind !== 'decoded') return { ...answer };
  const values = batch.codes.map((code, i) => [code, batch.values[i][0]] as const);
  return { time: iso(batch.instrument[0]), ...Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value))) };
}

const SAMPLE = {
  time: '2026-08-01T12:00:00Z',
  UCUR: 0.123,
  VCUR: -0.045,
  WCUR: 0.006,
  AMP1: 130,
  AMP2: 126,
  AMP3: 125,
  BATTERY: 13,
  SSPEED: 1541.2,
  HEADING: 141.7,
  PITCH: 1.5,
  ROLL: -0.9,
  PRES: 2500.086,
  TEMP: 13.43,
  CSPD: 0.131,
  CDIR: 110.1,
};

test('each layout is read by its columns, values as they are printed', () => {
  const { UCUR, VCUR, WCUR, AMP1, AMP2, AMP3, CSPD, CDIR, ...header } = SAMPLE;
  const cases: [layout: string, line: string, expected: Record<string, unknown>][] = [
    ['ascii-27', COLUMNS_27, SAMPLE],
    ['ascii-25', `  ${COLUMNS_25}\r`, SAMPLE],
    ['profiler-header', PROFILER_HEADER, header],
    [
      'profiler-text',
      PROFILER_TEXT,
      {
        time: '2014-04-17T22:28:05.111Z',
        AMP1: 102,
        AMP2: 104,
        AMP3: 101,
        SSPEED: 1492.4,
        HEADING: 102,
        PITCH: -0.6,
        ROLL: -2.3,
        PRES: 18.473,
        TEMP: 10.73,
      },
    ],
  ];
  for (const [layout, line, expected] of cases) assert.deepEqual(decoded(line, settingsFor(layout)), expected, layout);
});

test('which codes a layout can carry, in the order of the historical columns', () => {
  const attitude = ['SSPEED', 'HEADING', 'PITCH', 'ROLL', 'PRES', 'TEMP'];
  const { time, ...all } = SAMPLE;
  const cases: [layout: string, expected: string[]][] = [
    ['ascii-27', Object.keys(all)],
    ['ascii-25', Object.keys(all)],
    ['profiler-text', ['AMP1', 'AMP2', 'AMP3', ...attitude]],
    ['profiler-header', ['BATTERY', ...attitude]],
  ];
  for (const [layout, expected] of cases) {
    assert.deepEqual(model.parameters(model.settings.parse(settingsFor(layout))), expected, layout);
  }
});

test('velocities that are not east, north and up are turned; their speed and direction are computed, not the printed ones', () => {
  const beam = { layout: 'ascii-27', coordinateSystem: 'beam', transformationMatrix: MATRIX };
  const level = COLUMNS_27.replace('141.7   1.5  -0.9', '  0.0   0.0   0.0').replace('00110001', '00110000');
  // x = 0.7070 · (0.123 − 0.045), y = 0.7070 · (−0.123 − 0.045); at heading 0 north is x and west is y.
  const turned = decoded(level, beam);
  assert.deepEqual([turned['UCUR'], turned['VCUR'], turned['CSPD'], turned['CDIR']], [0.119, 0.055, 0.131, 65.1]);
  const down = decoded(level.replace('00110000', '00110001'), beam);
  assert.deepEqual([down['UCUR'], down['VCUR']], [-0.119, 0.055]);
  const xyz = decoded(level, { layout: 'ascii-27', coordinateSystem: 'XYZ' });
  assert.deepEqual([xyz['UCUR'], xyz['VCUR'], xyz['WCUR'], xyz['CDIR']], [0.045, 0.123, 0.006, 20.1]);
  // What is printed for still water says nothing.
  const still = decoded(level.replace('0.123   -0.045    0.006', '0.000    0.000    0.000'), beam);
  assert.deepEqual([still['UCUR'], still['CSPD'], still['CDIR']], [0, 0, undefined]);
  const none = decoded(level, { layout: 'ascii-27', coordinateSystem: 'beam' });
  for (const code of ['UCUR', 'VCUR', 'WCUR', 'CSPD', 'CDIR']) assert.equal(none[code], undefined, code);
  assert.equal(none['PRES'], 2500.086);
});

test('FORMATS §9.8: the month comes first', () => {
  const cases: [date: string, expected: string | undefined][] = [
    ['09 07 2010', '2010-09-07T12:00:00Z'],
    ['12 31 2026', '2026-12-31T12:00:00Z'],
    ['31 12 2026', undefined],
    ['13 01 2026', undefined],
    ['02 29 2026', undefined],
    ['00 01 2026', undefined],
  ];
  for (const [date, expected] of cases) {
    const found = decoded(COLUMNS_27.replace('08 01 2026', date), settingsFor('ascii-27'));
    assert.equal(found['time'] ?? found['reason'], expected ?? 'bad-time', date);
  }
});

test('FORMATS §9.5: how large a value is, is the business of QC; how it is written is not', () => {
  const cases: [from: string, to: string, expected: string][] = [
    ['\t19.387', '\t1389.', '2014'],
    ['\t0.109', '\t0.1e5', '2014'],
    ['18.473', '346154', '2014'],
    ['-0.6', '-1', '2014'],
    ['-0.6', '.0', '2014'],
    ['1492.4', '1492a.4', 'not-a-number'],
    ['-2.3', '-2.3e', 'not-a-number'],
    ['-0.099', '-0q99', 'not-a-number'],
    ['-0.099', '', 'not-a-number'],
    ['\ty\t', '\tw\t', 'not-a-number'],
    ['\t104\t', '\t104.0\t', 'not-a-number'],
    ['\t104\t', '\t1e2\t', 'not-a-number'],
    ['\t104\t', '\t-104\t', 'not-a-number'],
    ['\t101', '\t101x', 'not-a-number'],
    ['\t101', '\t101\t5', 'field-count'],
    ['18.473\t', '18.473 ', 'field-count'],
    ['1397773685.111', '', 'bad-time'],
    ['1397773685.111', '397773685.111', 'bad-time'],
    ['1397773685.111', '1397773685111', 'bad-time'],
  ];
  for (const [from, to, expected] of cases) {
    const found = decoded(PROFILER_TEXT.replace(from, to), settingsFor('profiler-text'));
    assert.equal(String(found['time'] ?? found['reason']).slice(0, expected.length), expected, `${from} → ${to}`);
  }
  const large = decoded(COLUMNS_27.replace('  0.123', '346.154'), settingsFor('ascii-27'));
  assert.equal(large['UCUR'], 346.154);
});

test('FORMATS §9.22: tilt far beyond what the instrument can correct decodes', () => {
  const line = COLUMNS_27.replace('141.7   1.5  -0.9', ' 41.7  53.5 -53.9');
  const found = decoded(line, settingsFor('ascii-27'));
  assert.deepEqual([found['PITCH'], found['ROLL'], found['UCUR']], [53.5, -53.9, 0.123]);
});

test('FORMATS §9.3: no head and no tail of a line decodes', () => {
  for (const [layout, line] of [
    ['ascii-27', COLUMNS_27],
    ['ascii-25', COLUMNS_25],
    ['profiler-text', PROFILER_TEXT],
    ['profiler-header', PROFILER_HEADER],
  ] as const) {
    const settings = settingsFor(layout);
    for (let cut = 1; cut < line.length; cut++) {
      assert.equal(
        decoded(line.slice(cut), settings)['kind'] ?? 'decoded',
        tailAnswer(layout, line.slice(cut)),
        `${cut}`,
      );
      const head = decoded(line.slice(0, cut), settings);
      // A whole number may be the head of a longer one: the last column of these layouts does not show that it was cut.
      const lastNumber = line.length - cut < 3 && layout.startsWith('profiler') && /\d$/.test(line.slice(0, cut));
      const insideLast = lastNumber && !/\s/.test(line.slice(cut - 1));
      if (!insideLast) assert.notEqual(head['kind'] ?? 'decoded', 'decoded', `${layout} ${line.slice(0, cut)}`);
    }
  }
});

/** A tail of a profiler's header line may look like the line of a cell: neither is a sample. */
function tailAnswer(layout: string, tail: string): string {
  const cell = /^\s*[1-9]\d{0,2}(\s+-?\d+(\.\d+)?)+$/.test(tail) && !/\s[01]{8}\s/.test(tail);
  return layout === 'profiler-header' && cell ? 'ignored' : 'rejected';
}

test('the layouts are not taken for each other', () => {
  const lines = {
    'ascii-27': COLUMNS_27,
    'ascii-25': COLUMNS_25,
    'profiler-text': PROFILER_TEXT,
    'profiler-header': PROFILER_HEADER,
  };
  for (const layout of Object.keys(lines)) {
    for (const [other, line] of Object.entries(lines)) {
      if (other === layout) continue;
      assert.equal(decoded(line, settingsFor(layout))['reason'], 'field-count', `${other} as ${layout}`);
    }
  }
});

test('talk is ignored, and what is no line of an Aquadopp is refused', () => {
  const cases: [layout: string, line: string, expected: string][] = [
    ['ascii-27', '', 'ignored'],
    ['ascii-27', '  \t\r', 'ignored'],
    ['ascii-27', 'NORTEK 2004\r', 'ignored'],
    ['ascii-27', 'Aquadopp\x06\x06', 'ignored'],
    ['ascii-27', '\x06\x06', 'ignored'],
    ['ascii-27', '\x15\x15', 'ignored'],
    ['ascii-27', 'OK', 'ignored'],
    ['ascii-27', 'okay', 'unknown-sentence'],
    ['ascii-27', 'O', 'unknown-sentence'],
    ['profiler-text', 'Start Date: 04/17/2014', 'ignored'],
    ['profiler-text', 'y\t1492.4\t102.0', 'unknown-sentence'],
    ['ascii-27', 'SBE37 S>', 'unknown-sentence'],
    ['ascii-27', 'NORTEK \xff', 'damaged'],
    ['ascii-27', COLUMNS_27.replace('13.43', '13\xb043'), 'damaged'],
    ['ascii-27', `${COLUMNS_27} 1`, 'field-count'],
    ['ascii-27', COLUMNS_27.slice(0, 80) + COLUMNS_27, 'field-count'],
    ['ascii-27', COLUMNS_27.replace('   130', ' 130.0'), 'not-a-number'],
    ['ascii-27', COLUMNS_27.replace('   130', '  -130'), 'not-a-number'],
    ['ascii-27', COLUMNS_27.replace('  13.0', '    13'), 'not-a-number'],
    ['ascii-27', COLUMNS_27.replace('00110001    0.123', '001100010.123'), 'field-count'],
    ['ascii-27', COLUMNS_27.replace('00000000 00110001', '0000000000110001'), 'field-count'],
    ['ascii-27', COLUMNS_27.replace('00110001', '00110002'), 'not-a-number'],
    ['ascii-27', COLUMNS_27.replace('00110001', '0011001'), 'not-a-number'],
    ['profiler-header', '  1    0.123   -0.045    0.006   130   126   125', 'ignored'],
    ['profiler-header', '  0    0.123   -0.045    0.006   130   126   125', 'field-count'],
    ['profiler-header', '1', 'field-count'],
    ['profiler-header', '  1    0.123   x', 'field-count'],
    ['ascii-27', '  1    0.123   -0.045    0.006   130   126   125', 'field-count'],
  ];
  for (const [layout, line, expected] of cases) {
    const found = decoded(line, settingsFor(layout));
    assert.equal(found['reason'] ?? found['kind'], expected, JSON.stringify(line));
  }
});
