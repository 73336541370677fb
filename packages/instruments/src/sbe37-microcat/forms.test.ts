/** What each form of a MicroCAT's lines says, the quirks that a naive decoder misses, and what no cut of a line may become. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBatch, iso } from '@emso/core';
import fc from 'fast-check';
import { asciiBytes } from '../bytes.ts';
import { inductiveBlockDecoder } from './inductive.ts';
import { sbe37Microcat as model } from './instrument.ts';

const RUNS = Number(process.env['RUNS'] ?? 300);

/** The row of a line by column name with its instrument time, `ignored`, or the reason of the rejection. */
function decoded(settings: unknown, line: string | Uint8Array): Record<string, unknown> | string {
  const checked = model.settings.parse(settings);
  const batch = createBatch([...model.parameters(checked), ...model.calibration!.counts(checked)], model.labels, 1);
  const bytes = typeof line === 'string' ? asciiBytes(line) : line;
  const answer = model.decoder(checked)(bytes, 0, bytes.length, batch);
  if (answer.kind !== 'decoded') return answer.kind === 'rejected' ? answer.reason : answer.kind;
  assert.equal(batch.count, 1);
  return {
    ...Object.fromEntries(
      batch.codes.map((code, i) => [code, batch.values[i][0]] as const).filter(([, value]) => !Number.isNaN(value)),
    ),
    ...(Number.isNaN(batch.instrument[0]) ? {} : { time: iso(batch.instrument[0]) }),
  };
}

const TEXT = { outputFormat: 1, fields: ['TEMP', 'CNDC', 'PRES'], conductivityUnit: 'S/m' };
const ALTERNATE = { ...TEXT, outputFormat: 3 };
const XML = { outputFormat: 2, conductivityUnit: 'S/m' };
const RAW = { outputFormat: 0, fields: ['TEMP', 'CNDC', 'PRES'] };
const HEX = { outputFormat: 'hex', fields: ['TEMP', 'CNDC', 'PRES'] };
const INDUCTIVE = { outputFormat: 'inductive-hex', pressureRange: 1450 };

const TEXT_LINE = '13.2974,  3.91051, 2501.987, 08 Jan 2019, 00:00:00';
const XML_LINE =
  '<?xml version="1.0"?><datapacket><hdr><mfg>Sea-Bird</mfg><model>37SM</model><sn>03712345</sn></hdr><data><t1> 13.2974</t1><c1> 3.91051</c1><p1>2501.987</p1><smpl>1</smpl><dt>2019-01-08T00:00:00</dt></data></datapacket>';
const RAW_LINE = '637437, 5374.531, 613892, 1156, 10 Nov 2017, 18:00:01';
const HEX_LINE = '09B9FD14FE88095E0404842198A5A1';
const INDUCTIVE_LINE = '563A00C351E50A28D3531B';

const TEXT_ROW = { TEMP: 13.2974, CNDC: 3.91051, PRES: 2501.987, time: '2019-01-08T00:00:00Z' };

describe('FORMATS §9, the quirks of a MicroCAT', () => {
  const cases: [quirk: string, settings: unknown, line: string, expected: Record<string, unknown> | string][] = [
    ['§9.3 the tail of a partial line', TEXT, '974,  3.91051, 2501.987, 08 Jan 2019, 00:00:00', 'not-a-number'],
    ['§9.3 the tail of counts', RAW, '374.531, 613892, 1156, 10 Nov 2017, 18:00:01', 'not-a-number'],
    ['§9.3 the tail of an upload', HEX, HEX_LINE.slice(10), 'field-count'],
    ['§9.3 the tail of XML', XML, XML_LINE.slice(130), 'partial'],
    [
      '§9.4 conductivity and pressure in air',
      TEXT,
      '24.8339, -0.00003,   -9.262',
      { TEMP: 24.8339, CNDC: -0.00003, PRES: -9.262 },
    ],
    ['§9.5 exponents are no numbers', TEXT, '0.1e5,  3.91051, 2501.987', 'not-a-number'],
    ['§9.6 two lines glued', TEXT, `13.2974,  3.91051, 2501.987${TEXT_LINE}`, 'not-a-number'],
    ['§9.6 two uploads glued', HEX, HEX_LINE + HEX_LINE, 'field-count'],
    ['§9.6 two packets glued', XML, XML_LINE + XML_LINE, 'damaged'],
    ['§9.7 T, C, P', TEXT, '13.2974,  3.91051,  38.4794', { TEMP: 13.2974, CNDC: 3.91051, PRES: 38.4794 }],
    [
      '§9.7 T, C, S of the same shape',
      { ...TEXT, fields: ['TEMP', 'CNDC', 'PSAL'] },
      '13.2974,  3.91051,  38.4794',
      { TEMP: 13.2974, CNDC: 3.91051, PSAL: 38.4794 },
    ],
    ['§9.7 more fields than set', TEXT, '13.2974,  3.91051, 2501.987,  38.4794', 'field-count'],
    ['§9.8 day first in format 1', TEXT, TEXT_LINE, TEXT_ROW],
    [
      '§9.8 month first in format 3',
      ALTERNATE,
      TEXT_LINE.replace('08 Jan', '01-08').replace(' 2019', '-2019'),
      TEXT_ROW,
    ],
    ['§9.8 not the other way round', ALTERNATE, TEXT_LINE, 'bad-time'],
    [
      '§9.9 pressure and time byte-swapped, temperature and conductivity not',
      INDUCTIVE,
      INDUCTIVE_LINE,
      { TEMP: 25.3184, CNDC: 0.00001, PRES: 0.066, time: '2014-07-12T11:06:16Z' },
    ],
    [
      '§9.10 the epoch is 2000-01-01',
      INDUCTIVE,
      '563A00C351E50A00000000',
      { TEMP: 25.3184, CNDC: 0.00001, PRES: 0.066, time: '2000-01-01T00:00:00Z' },
    ],
    [
      '§9.10 in uploads too',
      HEX,
      '09B9FD14FE88095E04048400000001',
      {
        temperature_counts: 637437,
        conductivity_hz: 5374.53125,
        pressure_counts: 613892,
        pressure_temperature_counts: 1156,
        time: '2000-01-01T00:00:01Z',
      },
    ],
    ['§9.15 a line of a DS dump', TEXT, 'samplenumber = 0, free = 200000', 'ignored'],
    ['§9.15 a logger that found no prompt', TEXT, 'time out', 'unknown-sentence'],
    [
      '§9.19 a clock that was reset is reported as it is',
      TEXT,
      TEXT_LINE.replace('08 Jan 2019', '07 Jan 2000'),
      { ...TEXT_ROW, time: '2000-01-07T00:00:00Z' },
    ],
    ['§9.22 values of the bench decode', TEXT, '55.9000, 41.40000,   10.100', { TEMP: 55.9, CNDC: 41.4, PRES: 10.1 }],
  ];
  for (const [quirk, settings, line, expected] of cases) {
    test(`FORMATS ${quirk}`, () => assert.deepEqual(decoded(settings, line), expected));
  }

  test('FORMATS §9.21 the raw bytes win: every count gives its own value', () => {
    fc.assert(
      fc.property(fc.nat(0xfffff), fc.nat(0xfffff), (temperature, conductivity) => {
        const digits = (count: number): string => count.toString(16).toUpperCase().padStart(5, '0');
        const row = decoded(INDUCTIVE, `${digits(temperature)}${digits(conductivity)}E50A28D3531B`) as Record<
          string,
          number
        >;
        assert.equal(row['TEMP'], Number(((temperature - 100_000) / 10_000).toFixed(4)));
        assert.equal(row['CNDC'], Number(((conductivity - 50_000) / 100_000).toFixed(5)));
      }),
      { numRuns: RUNS },
    );
  });
});

test('XML lines stay unknown where settings do not promise them', () => {
  assert.equal(decoded(TEXT, XML_LINE), 'unknown-sentence');
  assert.equal(decoded(HEX, XML_LINE), 'unknown-sentence');
});

test('oxygen in XML is any element whose name begins with ox', () => {
  for (const name of ['ox', 'ox1', 'oxy', 'ox63r', 'oxygen']) {
    const line = XML_LINE.replace('<smpl>1</smpl>', `<${name}> 4.123</${name}>`);
    assert.deepEqual(decoded(XML, line), { ...TEXT_ROW, DOX1: 4.123 }, name);
  }
  for (const name of ['o', 'xo', 'sox', 'smox']) {
    assert.deepEqual(decoded(XML, XML_LINE.replace('<smpl>1</smpl>', `<${name}> 4.123</${name}>`)), TEXT_ROW, name);
  }
});

test('known chatter, headers and envelopes give nothing, in every form', () => {
  const everywhere = [
    '',
    '   ',
    'S>',
    'S>ts',
    'ds',
    '<Executed/>',
    '<POWERON/>',
    '<!-- sampling -->',
    'logging not started',
    'SBE37-SMP V 2.6 SERIAL NO. 2165',
    'TA0 = -2.572242e-04',
    '* ',
    '*',
    '* <A0>-1.570350e-04</A0>',
    '*END*',
  ];
  for (const settings of [TEXT, ALTERNATE, XML, RAW, HEX, INDUCTIVE]) {
    for (const line of everywhere)
      assert.equal(decoded(settings, line), 'ignored', `${JSON.stringify(settings)} '${line}'`);
  }
  for (const line of [
    '#7370_DateTime: 20140712 120719',
    '#Data Format: tttttcccccppppTTTTTTTT (p is optional pressure)',
    '// relayed',
    '#',
  ]) {
    assert.equal(decoded(INDUCTIVE, line), 'ignored', line);
  }
  assert.equal(decoded(INDUCTIVE, '/563A00C351E50A28D3531B'), 'unknown-sentence');
  assert.equal(decoded(TEXT, '*13.2974,  3.91051, 2501.987'), 'not-a-number');
});

describe('a cut line is no line', () => {
  const cases: [title: string, settings: unknown, line: string, tailsFrom: number][] = [
    ['XML', XML, XML_LINE, 1],
    // A tail that begins behind the first digit of the first number cannot be told from a line.
    ['raw decimal', RAW, RAW_LINE, '637437'.length],
    ['hexadecimal upload', HEX, HEX_LINE, 1],
    ['inductive', INDUCTIVE, INDUCTIVE_LINE, 1],
  ];
  for (const [title, settings, line, tailsFrom] of cases) {
    test(title, () => {
      assert.equal(typeof decoded(settings, line), 'object');
      // The packet is whole without its declaration.
      const wholeTail = line.indexOf('<datapacket');
      for (let at = 1; at < line.length; at++) {
        assert.equal(typeof decoded(settings, line.slice(0, at)), 'string', `head ${at}`);
        if (at >= tailsFrom && at !== wholeTail)
          assert.equal(typeof decoded(settings, line.slice(at)), 'string', `tail ${at}`);
      }
    });
  }
});

test('what a scan is built from comes back, whichever sensors it has', () => {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const scan = fc.record({
    temperature: fc.nat(0xffffff),
    conductivity: fc.nat(0xffffff),
    oxygen: fc.option(fc.tuple(fc.nat(0xffffff), fc.nat(0xffffff)), { nil: undefined }),
    pressure: fc.option(fc.tuple(fc.nat(0xffffff), fc.nat(0xffff)), { nil: undefined }),
    seconds: fc.nat(0xffffffff),
  });
  fc.assert(
    fc.property(scan, ({ temperature, conductivity, oxygen, pressure, seconds }) => {
      const line = [
        hex(temperature, 6),
        hex(conductivity, 6),
        ...(oxygen ?? []).map((value) => hex(value, 6)),
        ...(pressure === undefined ? [] : [hex(pressure[0], 6), hex(pressure[1], 4)]),
        hex(seconds, 8),
      ].join('');
      assert.deepEqual(decoded({ outputFormat: 'hex' }, line), {
        temperature_counts: temperature,
        conductivity_hz: conductivity / 256,
        ...(pressure && { pressure_counts: pressure[0], pressure_temperature_counts: pressure[1] }),
        ...(oxygen && {
          oxygen_phase_us: (oxygen[0] - 1_000_000) / 100_000,
          oxygen_thermistor_v: (oxygen[1] - 1_000_000) / 1_000_000,
        }),
        time: iso(Date.UTC(2000, 0, 1) + seconds * 1000),
      });
      assert.equal(
        typeof decoded({ outputFormat: 'hex' }, line.toLowerCase()),
        /[A-F]/.test(line) ? 'string' : 'object',
      );
    }),
    { numRuns: RUNS },
  );
});

test('samples of a block: all of them or none', () => {
  const settings = model.settings.parse({ outputFormat: 'inductive-binary', framing: 'sio', pressureRange: 1450 });
  const sample = [0x40, 0x1e, 0x0b, 0x85, 0x8a, 0x57, 0xf1, 0x68, 0x41, 0x5f, 0x83, 0x19, 0x0d];
  const future = [...sample.slice(0, 8), 0xff, 0xff, 0xff, 0xff, 0x0d];
  const cases: [title: string, payload: number[], answer: string, times: string[]][] = [
    ['two', [...sample, ...future], 'decoded', ['2013-07-25T04:00:01Z', '2136-02-07T06:28:15Z']],
    ['none', [], 'ignored', []],
    ['one cut short', [...sample, ...sample.slice(0, -1)], 'damaged', []],
    ['one with another end', [...sample, ...sample.with(12, 0x0a)], 'damaged', []],
  ];
  for (const [title, payload, expected, times] of cases) {
    const batch = createBatch(model.parameters(settings), model.labels, 4);
    // What stands behind a payload is not its own, though it looks like the end of a sample.
    const bytes = Uint8Array.of(...payload, 0x0d);
    const answer = inductiveBlockDecoder(settings)(bytes, 0, payload.length, batch);
    assert.equal(answer.kind === 'rejected' ? answer.reason : answer.kind, expected, title);
    assert.deepEqual(Array.from(batch.instrument.subarray(0, batch.count), iso), times, title);
  }
});

test('settings that cannot be are refused with the place of the fault', () => {
  const cases: [settings: unknown, path: string][] = [
    [{ outputFormat: 2 }, 'conductivityUnit'],
    [{ outputFormat: 2, fields: ['TEMP', 'DEPH'] }, 'fields'],
    [{ ...XML, fields: ['TEMP', null] }, 'fields'],
    [{ ...XML, addressed: true }, 'addressed'],
    [{ outputFormat: 0 }, 'fields'],
    [{ outputFormat: 0, fields: ['TEMP', 'PRES', 'CNDC'] }, 'fields'],
    [{ outputFormat: 0, fields: ['TEMP', 'CNDC', 'PSAL'] }, 'fields'],
    [{ outputFormat: 'hex', fields: ['TEMP', 'CNDC'] }, 'referencePressure'],
    [{ ...TEXT, calibration: 'header' }, 'calibration'],
    [{ ...TEXT, pressureRange: 1450 }, 'pressureRange'],
    [{ ...TEXT, referencePressure: 20 }, 'referencePressure'],
    [{ ...TEXT, framing: 'sio' }, 'framing'],
    [{ outputFormat: 'inductive-binary' }, 'framing'],
    [{ ...INDUCTIVE, inductiveId: 4 }, 'inductiveId'],
    [{ ...INDUCTIVE, fields: ['TEMP'] }, 'fields'],
    [{ ...INDUCTIVE, pressureRange: 'file' }, 'pressureRange'],
  ];
  for (const [settings, path] of cases) {
    const issues = model.settings.safeParse(settings).error?.issues ?? [];
    assert.deepEqual(
      issues.map((issue) => issue.path.join('.')),
      [path],
      JSON.stringify(settings),
    );
  }
  for (const settings of [TEXT, XML, RAW, HEX, INDUCTIVE]) assert.ok(model.settings.safeParse(settings).success);
});
