/** What a velocity structure says, and which structures say nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch, iso } from '@emso/core';
import fc from 'fast-check';
import { joined, sealed, type VelocityFields, velocityStructure } from '../../test/aquadopp-structures.ts';
import { nortekAquadopp as model } from './instrument.ts';
import { ID } from './structures.ts';

const ENU = { layout: 'binary', coordinateSystem: 'ENU', velocityScale: 0.001 };
const XYZ = { layout: 'binary', coordinateSystem: 'XYZ', velocityScale: 0.001 };
/** Nortek's example of a head matrix. */
const MATRIX = [2896, 2896, 0, -2896, 2896, 0, -2896, -2896, 5792];

/** What a record says: its values by code, its time, or why it says nothing. */
function decoded(record: Uint8Array, settings: unknown = ENU): Record<string, unknown> {
  const checked = model.settings.parse(settings);
  const batch = createBatch(model.parameters(checked), model.labels, 1);
  const answer = model.decoder(checked)(record, 0, record.length, batch);
  if (answer.kind !== 'decoded') return { ...answer };
  const values = batch.codes.map((code, i) => [code, batch.values[i][0]] as const);
  return { time: iso(batch.instrument[0]), ...Object.fromEntries(values.filter(([, value]) => !Number.isNaN(value))) };
}

function value(fields: VelocityFields, code: string, settings: unknown = ENU): unknown {
  return decoded(velocityStructure(fields), settings)[code];
}

test('the clock is BCD, and a time that cannot be is refused', () => {
  const cases: [clock: VelocityFields['clock'], expected: string | undefined][] = [
    [[26, 11, 22, 4, 50, 7], '2026-11-22T04:50:07Z'],
    // The date of the record before must not be taken for this one.
    [[26, 12, 12, 4, 50, 7], '2026-12-12T04:50:07Z'],
    [[89, 12, 31, 23, 59, 59], '2089-12-31T23:59:59Z'],
    [[90, 1, 1, 0, 0, 0], '1990-01-01T00:00:00Z'],
    [[24, 2, 29, 0, 0, 0], '2024-02-29T00:00:00Z'],
    [[26, 11, 22, 23, 59, 60], '2026-11-23T00:00:00Z'],
    [[26, 2, 29, 0, 0, 0], undefined],
    [[26, 0, 1, 0, 0, 0], undefined],
    [[26, 13, 1, 0, 0, 0], undefined],
    [[26, 1, 0, 0, 0, 0], undefined],
    [[26, 1, 1, 24, 0, 0], undefined],
    [[26, 1, 1, 0, 60, 0], undefined],
    [[26, 1, 1, 0, 0, 61], undefined],
  ];
  for (const [clock, expected] of cases) {
    const found = decoded(velocityStructure({ clock }));
    assert.equal(found['time'], expected, `${clock}`);
    if (expected === undefined) assert.deepEqual(found, { kind: 'rejected', reason: 'bad-time', position: 4 });
  }
  for (let at = 4; at < 10; at++) {
    for (const byte of [0x0a, 0xa0, 0x1f, 0xff]) {
      const bytes = velocityStructure();
      bytes[at] = byte;
      assert.equal(decoded(sealed(ID.velocity, bytes))['reason'], 'bad-time', `${byte} at ${at}`);
    }
  }
});

test('FORMATS §9.12: diagnostics have the layout of velocities, and are none', () => {
  assert.deepEqual(decoded(velocityStructure({ id: ID.diagnostics })), { kind: 'ignored' });
  for (const [id, length] of [
    [ID.diagnosticsHeader, 36],
    [ID.hardwareConfiguration, 48],
    [ID.headConfiguration, 224],
    [ID.userConfiguration, 512],
  ]) {
    assert.deepEqual(decoded(sealed(id, new Uint8Array(length))), { kind: 'ignored' }, `${id}`);
  }
});

test('a velocity with magnetometer is known, and refused: its layout is not', () => {
  assert.deepEqual(decoded(sealed(ID.velocityWithMagnetometer, new Uint8Array(52))), {
    kind: 'rejected',
    reason: 'unknown-sentence',
    position: 1,
  });
});

test('FORMATS §9.13: pressure has a high byte, needed beyond 65.535 dbar', () => {
  const cases: [counts: number, dbar: number][] = [
    [0, 0],
    [245, 0.245],
    [65_535, 65.535],
    [65_536, 65.536],
    [2_500_000, 2500],
    [0xffffff, 16_777.215],
  ];
  for (const [pressure, dbar] of cases) assert.equal(value({ pressure }, 'PRES'), dbar);
});

test('FORMATS §9.14: a head that points down has its second and third axes reversed', () => {
  const at = (velocity: VelocityFields['velocity'], status: number): unknown[] => {
    const found = decoded(velocityStructure({ heading: 0, velocity, status }), XYZ);
    return ['UCUR', 'VCUR', 'WCUR', 'CSPD', 'CDIR'].map((code) => found[code]);
  };
  assert.deepEqual(at([100, 0, 0], 0x30), [0, 0.1, 0, 0.1, 0]);
  assert.deepEqual(at([100, 0, 0], 0x31), [0, 0.1, 0, 0.1, 0]);
  assert.deepEqual(at([0, 100, 0], 0x30), [-0.1, 0, 0, 0.1, 270]);
  assert.deepEqual(at([0, 100, 0], 0x31), [0.1, 0, 0, 0.1, 90]);
  assert.deepEqual(at([0, 0, 100], 0x30), [0, 0, 0.1, 0, undefined]);
  assert.deepEqual(at([0, 0, 100], 0x31), [0, 0, -0.1, 0, undefined]);
  // Nothing flows but up, whatever the last digits of the sines say.
  const steep = decoded(velocityStructure({ pitch: 900, velocity: [100, 0, 0] }), XYZ);
  assert.deepEqual([steep['WCUR'], steep['CSPD'], steep['CDIR']], [0.1, 0, undefined]);
  // Only bit 0 says so.
  assert.deepEqual(at([0, 100, 0], 0xfe), [-0.1, 0, 0, 0.1, 270]);
});

test('axes turn with heading, pitch and roll', () => {
  const cases: [fields: VelocityFields, east: number, north: number, up: number][] = [
    [{ heading: 900, velocity: [100, 0, 0] }, 0.1, 0, 0],
    [{ heading: 1800, velocity: [100, 0, 0] }, 0, -0.1, 0],
    [{ heading: 450, velocity: [100, 0, 0] }, 0.071, 0.071, 0],
    [{ heading: 0, pitch: 300, velocity: [100, 0, 0] }, 0, 0.087, 0.05],
    [{ heading: 0, roll: 300, velocity: [0, 100, 0] }, -0.087, 0, 0.05],
  ];
  for (const [fields, east, north, up] of cases) {
    const found = decoded(velocityStructure(fields), XYZ);
    assert.deepEqual([found['UCUR'], found['VCUR'], found['WCUR']], [east, north, up], JSON.stringify(fields));
  }
});

test('beam velocities go through the matrix of the head, and say nothing without it', () => {
  const fields: VelocityFields = { heading: 0, velocity: [100, 50, 25] };
  const beam = { ...ENU, coordinateSystem: 'beam' };
  const found = decoded(velocityStructure(fields), { ...beam, transformationMatrix: MATRIX });
  // x = 2896/4096 · 150, y = 2896/4096 · −50, z = (−2896 · 150 + 5792 · 25)/4096 mm/s; at heading 0 north is x and west is y.
  assert.deepEqual([found['UCUR'], found['VCUR'], found['WCUR']], [0.035, 0.106, -0.071]);
  assert.deepEqual([found['CSPD'], found['CDIR']], [0.1118, 18.43]);
  const without = model.parameters(model.settings.parse(beam));
  for (const code of ['UCUR', 'VCUR', 'WCUR', 'CSPD', 'CDIR']) assert.ok(!without.includes(code), code);
  assert.equal(decoded(velocityStructure(fields), beam)['AMP1'], 120);
});

test('speed and direction follow from east and north; still water has no direction', () => {
  const cases: [east: number, north: number, speed: number, direction: number | undefined][] = [
    [0, 0, 0, undefined],
    [0, 100, 0.1, 0],
    [100, 0, 0.1, 90],
    [0, -100, 0.1, 180],
    [-100, 0, 0.1, 270],
    [-1, 100, 0.1, 359.43],
    // Rounds to a full turn, which is north.
    [-1, 32_767, 32.767, 0],
  ];
  for (const [east, north, speed, direction] of cases) {
    const found = decoded(velocityStructure({ velocity: [east, north, 0] }));
    assert.deepEqual([found['CSPD'], found['CDIR']], [speed, direction], `${east} ${north}`);
  }
});

test('a count is 1 mm/s or 0.1 mm/s, as the deployment says', () => {
  const fine = { ...ENU, velocityScale: 0.0001 };
  assert.equal(value({ velocity: [-1234, 0, 0] }, 'UCUR'), -1.234);
  assert.equal(value({ velocity: [-1234, 0, 0] }, 'UCUR', fine), -0.1234);
});

test('FORMATS §9.22: what an air test says is well formed, and is decoded', () => {
  const found = decoded(velocityStructure({ pressure: 10_132, pitch: 535, roll: -539, temperature: -3276 }));
  assert.deepEqual([found['PRES'], found['PITCH'], found['ROLL'], found['TEMP']], [10.132, 53.5, -53.9, -32.76]);
});

test('every field is read where it stands', () => {
  const int16 = fc.integer({ min: -32_768, max: 32_767 });
  fc.assert(
    fc.property(
      fc.record({
        battery: fc.nat(0xffff),
        soundSpeed: fc.nat(0xffff),
        heading: int16,
        pitch: int16,
        roll: int16,
        temperature: int16,
        velocity: fc.tuple(int16, int16, int16),
        amplitude: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
      }),
      (fields) => {
        const found = decoded(velocityStructure(fields));
        assert.deepEqual(
          ['BATTERY', 'SSPEED', 'HEADING', 'PITCH', 'ROLL'].map((code) => found[code]),
          [fields.battery, fields.soundSpeed, fields.heading, fields.pitch, fields.roll].map((count) => count / 10 + 0),
        );
        assert.equal(found['TEMP'], fields.temperature / 100 + 0);
        assert.deepEqual(
          ['UCUR', 'VCUR', 'WCUR'].map((code) => found[code]),
          fields.velocity.map((count) => count / 1000 + 0),
        );
        assert.deepEqual(
          ['AMP1', 'AMP2', 'AMP3'].map((code) => found[code]),
          fields.amplitude,
        );
      },
    ),
  );
});

test('no flipped bit goes unnoticed', () => {
  const good = velocityStructure();
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bytes = good.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(decoded(bytes)['kind'], 'rejected', `bit ${bit}`);
  }
});

test('why bytes between structures are refused, and which are only talk', () => {
  const good = velocityStructure();
  const wrong = good.slice();
  wrong[30] ^= 1;
  const text = (line: string): Uint8Array => Uint8Array.from(line, (character) => character.charCodeAt(0));
  const cases: [title: string, record: Uint8Array, expected: Record<string, unknown>][] = [
    ['nothing', joined(), { kind: 'ignored' }],
    ['a stamp of a logger', text('2014/11/10 00:32:57.990 '), { kind: 'ignored' }],
    ['an acknowledged prompt', joined(text('\r\nNORTEK 2004\r\n'), [6, 6]), { kind: 'ignored' }],
    ['a refused command', joined([0x15, 0x15]), { kind: 'ignored' }],
    ['a wrong checksum', wrong, { kind: 'rejected', reason: 'checksum', position: 40 }],
    ['a wrong checksum, and noise', joined(wrong, [0, 1]), { kind: 'rejected', reason: 'checksum', position: 40 }],
    ['a part', good.subarray(0, 30), { kind: 'rejected', reason: 'damaged', position: 30 }],
    ['a tail', good.subarray(12), { kind: 'rejected', reason: 'damaged', position: 0 }],
    ['noise behind text', text('abc\xff'), { kind: 'rejected', reason: 'damaged', position: 3 }],
    ['two structures in one record', joined(good, good), { kind: 'rejected', reason: 'damaged', position: 42 }],
  ];
  for (const [title, record, expected] of cases) assert.deepEqual(decoded(record), expected, title);
});
