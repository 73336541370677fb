import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as currents from './currents.ts';

/** A head configuration over 4096, of the common three-beam head. */
const HEAD = [2896, 2896, 0, -2896, 2896, 0, -2896, -2896, 5792].map((each) => each / 4096);

const speed = fc.double({ min: -5, max: 5, noNaN: true });
const vector = fc.tuple(speed, speed, speed);
const angle = fc.double({ min: -360, max: 360, noNaN: true });
const attitude = fc.tuple(angle, angle, angle, fc.boolean());

function near(found: ArrayLike<number>, expected: readonly number[], by: number): void {
  assert.equal(found.length, expected.length);
  for (const [i, each] of expected.entries()) {
    assert.ok(Math.abs(found[i] - each) <= by, `[${i}]: expected ${each}, found ${found[i]}`);
  }
}

describe('beams, instrument axes, earth', () => {
  test('upright and headed east, x is east; headed north, x is north', () => {
    near(currents.aquadopp_xyz_to_enu([1, 2, 3], 90, 0, 0, false), [1, 2, 3], 1e-15);
    near(currents.aquadopp_xyz_to_enu([1, 2, 3], 0, 0, 0, false), [-2, 1, 3], 1e-15);
    near(currents.aquadopp_xyz_to_enu([1, 2, 3], 180, 0, 0, false), [2, -1, 3], 1e-15);
  });
  test('pointing down turns y and z', () => {
    near(currents.aquadopp_xyz_to_enu([1, 2, 3], 90, 0, 0, true), [1, -2, -3], 1e-15);
  });
  test('pitched up, x rises; rolled, y falls', () => {
    near(currents.aquadopp_xyz_to_enu([1, 0, 0], 90, 90, 0, false), [0, 0, 1], 1e-15);
    near(currents.aquadopp_xyz_to_enu([0, 1, 0], 90, 0, 90, false), [0, 0, 1], 1e-15);
  });
  test('the common head: the third beam alone moves z', () => {
    near(currents.aquadopp_beam_to_xyz([0, 0, 1], HEAD), [0, 0, 5792 / 4096], 0);
    near(currents.aquadopp_beam_to_xyz([1, 0, 0], HEAD), [2896 / 4096, -2896 / 4096, -2896 / 4096], 0);
  });

  test('turning keeps the length, and comes back', () => {
    fc.assert(
      fc.property(vector, attitude, ([x, y, z], [heading, pitch, roll, down]) => {
        const enu = currents.aquadopp_xyz_to_enu([x, y, z], heading, pitch, roll, down);
        const length = Math.sqrt(x * x + y * y + z * z);
        assert.ok(Math.abs(Math.sqrt(enu[0] * enu[0] + enu[1] * enu[1] + enu[2] * enu[2]) - length) <= 1e-14);
        near(currents.aquadopp_enu_to_xyz(enu, heading, pitch, roll, down), [x, y, z], 1e-14);
      }),
    );
  });
  test('beams come back from axes, and go to earth in one step as in two', () => {
    fc.assert(
      fc.property(vector, attitude, (beam, [heading, pitch, roll, down]) => {
        const xyz = currents.aquadopp_beam_to_xyz(beam, HEAD);
        near(currents.aquadopp_xyz_to_beam(xyz, HEAD), beam, 1e-13);
        const enu = currents.aquadopp_beam_to_enu(beam, HEAD, heading, pitch, roll, down);
        near(enu, [...currents.aquadopp_xyz_to_enu(xyz, heading, pitch, roll, down)], 0);
      }),
    );
  });
  test('results go where the caller wants them, also onto the input', () => {
    const cell = Float64Array.of(1, 2, 3);
    assert.equal(currents.aquadopp_beam_to_xyz(cell, HEAD, cell), cell);
    near(currents.aquadopp_xyz_to_beam(cell, HEAD, cell), [1, 2, 3], 1e-15);
  });
  test('a head without a matrix gives nothing', () => {
    assert.ok([...currents.aquadopp_xyz_to_beam([1, 2, 3], new Float64Array(9))].every(Number.isNaN));
  });
});

describe('tilt', () => {
  test('of one axis is that axis, however small', () => {
    for (const degrees of [0, 1e-6, 0.1, 5, 89, 120, 180]) {
      near([currents.aquadopp_tilt(degrees, 0), currents.aquadopp_tilt(0, -degrees)], [degrees, degrees], 1e-12);
    }
  });
  test('is the angle between the turned axis and up', () => {
    fc.assert(
      fc.property(angle, angle, (pitch, roll) => {
        const [, , up] = currents.aquadopp_xyz_to_enu([0, 0, 1], 0, pitch, roll, false) as number[];
        const tilt = currents.aquadopp_tilt(pitch, roll);
        assert.ok(tilt >= 0 && tilt <= 180);
        assert.ok(Math.abs(Math.cos((tilt * Math.PI) / 180) - up) <= 1e-15);
      }),
    );
  });
});

describe('speed and direction', () => {
  test('towards: north 0, east 90, south 180, west 270', () => {
    for (const [u, v, direction] of [
      [0, 0.2, 0],
      [-0, 0.2, 0],
      [0.2, 0, 90],
      [0, -0.2, 180],
      [-0.2, 0, 270],
      [-1e-300, 1, 0],
    ]) {
      assert.ok(Object.is(currents.current_direction(u, v), direction), `${u} ${v}`);
    }
    assert.deepEqual(currents.speed_direction(3, 4), { speed: 5, direction: currents.current_direction(3, 4) });
  });
  test('still water has a speed and no direction', () => {
    assert.deepEqual(currents.speed_direction(0, 0), { speed: 0, direction: Number.NaN });
    assert.deepEqual(currents.speed_direction(-0, 0), { speed: 0, direction: Number.NaN });
    assert.deepEqual(currents.apply_declination(0, 0, 3), { u: 0, v: 0, direction: Number.NaN });
  });
  test('give the components back', () => {
    fc.assert(
      fc.property(speed, speed, (u, v) => {
        fc.pre(u !== 0 || v !== 0);
        const { speed: length, direction } = currents.speed_direction(u, v);
        assert.ok(direction >= 0 && direction < 360);
        const radians = (direction * Math.PI) / 180;
        near([length * Math.sin(radians), length * Math.cos(radians)], [u, v], 1e-13);
      }),
    );
  });
});

describe('declination', () => {
  test('east of true north, a current towards magnetic north goes east of north', () => {
    const { u, v, direction } = currents.apply_declination(0, 1, 30);
    near([u, v, direction], [0.5, Math.sqrt(3) / 2, 30], 1e-14);
  });
  test('turns direction and components alike, keeps the speed, and back', () => {
    fc.assert(
      fc.property(speed, speed, fc.double({ min: -180, max: 180, noNaN: true }), (u, v, degrees) => {
        fc.pre(u * u + v * v > 1e-12);
        const turned = currents.apply_declination(u, v, degrees);
        assert.ok(turned.direction >= 0 && turned.direction < 360);
        const apart = Math.abs(turned.direction - currents.current_direction(turned.u, turned.v));
        assert.ok(Math.min(apart, 360 - apart) <= 1e-9, `${apart}`);
        assert.ok(Math.abs(currents.current_speed(turned.u, turned.v) - currents.current_speed(u, v)) <= 1e-14);
        const back = currents.apply_declination(turned.u, turned.v, -degrees);
        near([back.u, back.v], [u, v], 1e-14);
      }),
    );
  });
});
