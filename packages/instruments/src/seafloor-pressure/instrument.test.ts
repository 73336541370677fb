import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes } from '../bytes.ts';
import { readLines } from '../lines.ts';
import { seafloorPressure } from './instrument.ts';

const PSI = { pressureUnit: 'psi', pressureKind: 'absolute' };

/** What a record says under these settings: PRES, TEMP and a time under `at`, or the answer's kind or reason. */
function reader(settings: object): (line: string) => Record<string, number> | string {
  const checked = seafloorPressure.settings.parse(settings);
  const decode = seafloorPressure.decoder(checked);
  const codes = seafloorPressure.parameters(checked);
  return (line) => {
    const bytes = Uint8Array.from(line, (character) => character.charCodeAt(0));
    const batch = createBatch(codes, seafloorPressure.labels, 1);
    const answer = decode(bytes, 0, bytes.length, batch);
    if (answer.kind !== 'decoded') return answer.kind === 'rejected' ? answer.reason : answer.kind;
    const said: Record<string, number> = {};
    codes.forEach((code, i) => {
      if (!Number.isNaN(batch.values[i][0])) said[code] = batch.values[i][0];
    });
    if (!Number.isNaN(batch.instrument[0])) said['at'] = batch.instrument[0];
    return said;
  };
}

type Case = [line: string, expected: ReturnType<ReturnType<typeof reader>>];

function check(settings: object, cases: readonly Case[]): void {
  const read = reader(settings);
  for (const [line, expected] of cases) assert.deepEqual(read(line), expected, JSON.stringify(line));
}

test('PRES is absolute dbar, whatever the gauge is set to', () => {
  const cases: [unit: string, kind: string, printed: string, dbar: number][] = [
    ['psi', 'absolute', '3617.5512', 2494.214],
    ['psi', 'sea', '3602.8512', 2494.211],
    ['dbar', 'absolute', '2515.61234', 2515.61234],
    ['dbar', 'sea', '2505.6123', 2515.745],
    ['mbar', 'absolute', '251561.234', 2515.61234],
    ['hPa', 'absolute', '1013.25', 10.1325],
    ['kPa', 'absolute', '25156.1', 2515.61],
    ['kPa', 'sea', '25056.123', 2515.745],
    ['bar', 'absolute', '251.56123', 2515.612],
    ['MPa', 'absolute', '25.1561234', 2515.612],
    ['dbar', 'sea', '-10.1325', 0],
  ];
  for (const [pressureUnit, pressureKind, printed, dbar] of cases) {
    const read = reader({ grammar: 'plain', channels: ['PRES'], pressureUnit, pressureKind });
    assert.deepEqual(read(printed), { PRES: dbar }, `${printed} ${pressureUnit} ${pressureKind}`);
  }
});

test('where nothing is known of the lines none is read, and none is passed over', () => {
  check({}, [
    ['*00013617.5512', 'no-settings'],
    ['# banner', 'no-settings'],
    ['', 'ignored'],
  ]);
  const header = { grammar: 'rbr', channels: 'header', ...PSI };
  check(header, [['2023/07/22 06:47:48.250,13.2,2505.6', 'no-settings']]);
});

test('digiquartz: the address is four digits and never a part of the value', () => {
  check({ grammar: 'digiquartz', ...PSI }, [
    ['*00013617.5512', { PRES: 2494.214 }],
    ['*0001 3617.551', { PRES: 2494.214 }],
    ['*0001-0.5', { PRES: -0.345 }],
    ['*00011', { PRES: 0.689 }],
    ['*000114.7', { PRES: 10.135 }],
    ['*0001', 'partial'],
    ['*000', 'partial'],
    ['*00', 'partial'],
    ['*00O13617.5512', 'unknown-sentence'],
    ['*00013617.', 'not-a-number'],
    ['*0001.', 'not-a-number'],
    ['*00013617.5512 7', 'not-a-number'],
    ['*00013.6E3', 'not-a-number'],
    ['*0001UN=1', 'ignored'],
    ['*0001SN=120 785', 'ignored'],
    ['*0100P3', 'ignored'],
    ['*9900VR', 'ignored'],
    ['3617.5512', 'unknown-sentence'],
    ['#00013617.5512', 'ignored'],
  ]);
});

test('digiquartz: replies within temperatureReplies are answers to Q3', () => {
  check({ grammar: 'digiquartz', ...PSI, temperatureReplies: [-5, 45] }, [
    ['*000113.2974', 'ignored'],
    ['*0001-5', 'ignored'],
    ['*000145.0', 'ignored'],
    ['*000145.1', { PRES: 31.095 }],
    ['*0001-5.1', { PRES: -3.516 }],
  ]);
  // The range is that of the printed number, before any unit.
  check({ grammar: 'digiquartz', pressureUnit: 'mbar', pressureKind: 'absolute', temperatureReplies: [-5, 45] }, [
    ['*0001250561.2', { PRES: 2505.612 }],
    ['*000113.2974', 'ignored'],
  ]);
});

test('FORMATS §9.15: what a logger says between samples is no sample and no fault', () => {
  check({ grammar: 'sbe26plus', ...PSI }, [
    ['[presf:DLOGP2]:Battery power off message', 'ignored'],
    ['[presf:DLOGP2]:', 'ignored'],
    ['time out', 'ignored'],
    ['After 5 attemps no prompt [S>] found', 'ignored'],
    ['S>', 'ignored'],
    ['[presf:DLOGP2]:2014/01/05 208.8057', 'unknown-sentence'],
    ['[presf:DLOGP2] tide', 'unknown-sentence'],
  ]);
});

test('FORMATS §9.22: air tests are well formed and decoded, to be flagged', () => {
  check({ grammar: 'sbe26plus', ...PSI }, [
    [
      'tide: start time = 17 Apr 2014 17:00:00, p = 14.6612, pt = 11.380, t = 11.5248',
      { PRES: 10.109, TEMP: 11.5248, at: Date.UTC(2014, 3, 17, 17) },
    ],
  ]);
  check({ grammar: 'digiquartz', ...PSI }, [['*000114.6959', { PRES: 10.132 }]]);
});

test('sbe26plus: only tide records carry a time; what a burst says is passed over', () => {
  const tide = 'tide: start time = 05 Jan 2014 00:00:28, p = 208.8057, pt = 14.004, t = 13.8633';
  const good = { PRES: 143.966, TEMP: 13.8633, at: Date.UTC(2014, 0, 5, 0, 0, 28) };
  check({ grammar: 'sbe26plus', ...PSI }, [
    [tide, good],
    [` ${tide.toUpperCase()} \r`, good],
    ['wave: end burst', 'ignored'],
    ['  208.8438', 'ignored'],
    ['208', 'unknown-sentence'],
    [tide.slice(0, -1), 'partial'],
    [tide.slice(0, -13), 'field-count'],
    [`${tide}, c = 3.5`, 'field-count'],
    [`${tide}x`, 'not-a-number'],
    [tide.replace('p =', 'q ='), 'field-count'],
    [tide.replace('00:00:28', '00:00:28x'), 'bad-time'],
    [tide.replace('05 Jan', '32 Jan'), 'bad-time'],
    [tide.replace('208.8057', '208.8057e1'), 'not-a-number'],
    [tide.slice(1), 'unknown-sentence'],
  ]);
});

test('nano and rbr: time, then exactly the values that are promised', () => {
  const at = Date.UTC(2013, 7, 22, 22, 48, 36, 13);
  check({ grammar: 'nano', ...PSI }, [
    ['NANO,V,2013/08/22 22:48:36.013,13.888533,26.147947328', { PRES: 9.576, at }],
    ['NANO,P,2013/08/22 22:48:36.013,13.888533,-1.5', { PRES: 9.576, at }],
    ['NANO,*PA:.0000000', 'ignored'],
    ['NANO,', 'field-count'],
    ['NANO,V', 'field-count'],
    ['NANO,V,2013/08/22 22:48:36.013', 'field-count'],
    ['NANO,V,2013/08/22 22:48:36.013,13.888533,', 'field-count'],
    ['NANO,V,2013/08/22 22:48:36.013 13.888533,26.1', 'not-a-number'],
    ['NANO,V,2013/08/22 22:48:36.013,13.888533 26.1', 'not-a-number'],
    ['NANO,V,2013/08/22 22:48:36.013,13.888533,26.1x', 'not-a-number'],
  ]);
  check({ grammar: 'rbr', channels: [null, 'TEMP', 'PRES'], pressureUnit: 'dbar', pressureKind: 'absolute' }, [
    ['2013/08/22 22:48:36.013,1388236282872468.25,0.0,2505.612', { TEMP: 0, PRES: 2505.612, at }],
    ['2013/08/22 22:48:36.013, 1, 13.2, 2505.612', { TEMP: 13.2, PRES: 2505.612, at }],
    ['2013/08/22 22:48:36.013,1,13.2', 'field-count'],
    ['2013/08/22 22:48:36.013,1,13.2,', 'field-count'],
    ['2013/08/22 22:48:36.013,1,13.2,2505.', 'not-a-number'],
    ['2013/08/22 22:48:36.013', 'field-count'],
    ['2013/08/22 22:48:36.013 1,13.2,2505.6', 'bad-time'],
    ['2013/08/22', 'bad-time'],
    ['Logger started: Data acquisition state, without initialize', 'ignored'],
    ['# Active channels: temperature_00|pressure_00', 'ignored'],
  ]);
});

test('a header names the channels; one that names no pressure, or one twice, names nothing', () => {
  const asked = seafloorPressure.settings.parse({ grammar: 'rbr', channels: 'header', ...PSI });
  const cases: [file: string, channels: unknown][] = [
    ['# Active channels: temperature_00|pressure_00\r\n', ['TEMP', 'PRES']],
    ['x\n# Active channels: voltage_00|pressure_00|salinity_00\n1\n', [null, 'PRES', null]],
    ['# Active channels: pressure_00\n# Active channels: temperature_00|pressure_00\n', ['TEMP', 'PRES']],
    ['# Active channels: temperature_00\n', undefined],
    ['# Active channels: pressure_00|pressure_01\n', undefined],
    ['# Active channels: pressure_00|temperature_00|temperature_01\n', undefined],
    ['2023/07/22 06:47:48.250,13.2,2505.6\n', undefined],
  ];
  for (const [file, channels] of cases) {
    const { settings } = seafloorPressure.header!(readLines(asciiBytes(file)), asked);
    assert.deepEqual(settings.channels, channels, file);
    assert.equal(settings.grammar, 'rbr');
  }
});

test('settings that cannot be are refused at their place, with what to write', () => {
  const cases: [settings: unknown, path: string, message: RegExp][] = [
    [{ grammar: 'paros' }, 'grammar', /^expected one of digiquartz, nano, .* found "paros"$/],
    [{ pressureUnit: 'psi' }, 'grammar', /^expected one of digiquartz, .* beside pressureUnit, found nothing$/],
    [
      { grammar: 'nano', pressureUnit: 'psi' },
      'pressureKind',
      /^expected one of absolute, sea, found nothing: .*never guessed$/,
    ],
    [{ grammar: 'nano', pressureKind: 'sea' }, 'pressureUnit', /^expected one of dbar, psi, .*never guessed$/],
    [{ grammar: 'nano', ...PSI, pressureUnit: 'PSI' }, 'pressureUnit', /found "PSI"$/],
    [{ grammar: 'sbe54', ...PSI, pressureUnit: 'dbar' }, 'pressureUnit', /^expected psi/],
    [{ grammar: 'rbr', ...PSI }, 'channels', /^expected a list such as \[TEMP, PRES\] for rbr/],
    [{ grammar: 'plain', ...PSI, channels: 'header' }, 'channels', /^expected a list for plain/],
    [{ grammar: 'plain', ...PSI, channels: ['TEMP'] }, 'channels', /PRES among/],
    [{ grammar: 'plain', ...PSI, channels: ['PRES', 'PRES'] }, 'channels', /once/],
    [{ grammar: 'nano', ...PSI, channels: ['PRES'] }, 'channels', /^expected no channels for nano/],
    [{ grammar: 'nano', ...PSI, temperatureReplies: [0, 1] }, 'temperatureReplies', /for digiquartz only/],
    [{ grammar: 'digiquartz', ...PSI, temperatureReplies: [45, -5] }, 'temperatureReplies', /^expected \[low, high\]/],
    [{ grammar: 'nano', ...PSI, unit: 'psi' }, '', /unit/],
  ];
  for (const [settings, path, message] of cases) {
    const { error } = seafloorPressure.settings.safeParse(settings);
    const found = error?.issues.map((issue) => [issue.path.join('.'), issue.message]) ?? [];
    assert.equal(found.length, 1, `${JSON.stringify(settings)}: ${JSON.stringify(found)}`);
    assert.equal(found[0][0], path, JSON.stringify(settings));
    assert.match(found[0][1], message, JSON.stringify(settings));
  }
});

test('no head of a digiquartz reply gives a larger value than the whole, and no tail is read', () => {
  const read = reader({ grammar: 'digiquartz', ...PSI });
  const value = fc.integer({ min: 0, max: 99_999_999 }).map((tenThousandths) => (tenThousandths / 10_000).toFixed(4));
  fc.assert(
    fc.property(value, fc.nat(20), (printed, at) => {
      const line = `*0001${printed}`;
      const whole = read(line) as Record<string, number>;
      const head = read(line.slice(0, Math.min(at, line.length - 1)));
      assert.ok(typeof head === 'string' || head['PRES'] <= whole['PRES']);
      const tail = line.slice(1 + (at % (line.length - 1)));
      assert.ok(typeof read(tail) === 'string', tail);
    }),
  );
});

test('what stands behind a record in the buffer changes nothing', () => {
  const lines: [settings: object, line: string][] = [
    [{ grammar: 'digiquartz' }, '*00013617.5512'],
    [{ grammar: 'digiquartz' }, '[presf:DLOGP2]:time out'],
    [{ grammar: 'nano' }, 'NANO,V,2013/08/22 22:48:36.013,13.888533,26.147947328'],
    [{ grammar: 'sbe26plus' }, 'tide: start time = 05 Jan 2014 00:00:28, p = 208.8057, pt = 14.004, t = 13.8633'],
    [{ grammar: 'rbr', channels: ['TEMP', 'PRES'] }, '2023/07/22 06:47:48.250,13.2941,2505.6120'],
    [{ grammar: 'plain', channels: ['PRES', 'TEMP'] }, '2505.6120 13.2941'],
    [
      { grammar: 'sbe54' },
      "<Sample Num='1' Type='Pressure'>\r\n<Time>2012-11-07T12:21:25</Time>\r\n<PressurePSI>1.5</PressurePSI>\r\n</Sample>\r\n",
    ],
  ];
  for (const [chosen, line] of lines) {
    const settings = seafloorPressure.settings.parse({ ...PSI, ...chosen });
    const decode = seafloorPressure.decoder(settings);
    const batch = createBatch(seafloorPressure.parameters(settings), [], 1);
    for (let cut = 0; cut <= line.length; cut++) {
      const alone = asciiBytes(line.slice(0, cut));
      const expected = decode(alone, 0, cut, batch);
      for (const behind of ' \r\n<>/:]*,.;=0123456789PTeE-') {
        const found = decode(asciiBytes(line.slice(0, cut) + behind), 0, cut, batch);
        assert.deepEqual(found, expected, JSON.stringify([line.slice(0, cut), behind]));
      }
    }
  }
});
