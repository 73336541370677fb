/** What a file's configuration structures say, for settings that ask with `header`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawRun } from '@emso/core';
import { joined, sealed, velocityStructure } from '../../test/aquadopp-structures.ts';
import { readRecords } from '../framing.ts';
import { nortekAquadopp as model } from './instrument.ts';
import type { Settings } from './settings.ts';
import { ID, scanStructures } from './structures.ts';

const MATRIX = [3013, -1506, -1506, 0, -2609, 2609, 3231, 3231, -32_768];
const ASKED = {
  layout: 'binary',
  coordinateSystem: 'header',
  velocityScale: 'header',
  transformationMatrix: 'header',
};

function userConfiguration(coordinateSystem: number, mode: number): Uint8Array {
  const bytes = new Uint8Array(512);
  new DataView(bytes.buffer).setUint16(32, coordinateSystem, true);
  new DataView(bytes.buffer).setUint16(58, mode, true);
  return sealed(ID.userConfiguration, bytes);
}

function headConfiguration(matrix: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(224);
  matrix.forEach((count, i) => {
    new DataView(bytes.buffer).setInt16(30 + 2 * i, count, true);
  });
  return sealed(ID.headConfiguration, bytes);
}

function file(...parts: readonly Uint8Array[]): RawRun {
  return readRecords(joined(...parts), { scan: scanStructures });
}

function found(run: RawRun, asked: unknown = ASKED): Settings {
  return model.header!(run, model.settings.parse(asked)).settings;
}

test('coordinate system, velocity scale and matrix are those of the first configuration', () => {
  const velocity = velocityStructure();
  const cases: [user: Uint8Array, system: string, scale: number][] = [
    [userConfiguration(0, 0), 'ENU', 0.001],
    [userConfiguration(1, 0x20), 'XYZ', 0.001],
    [userConfiguration(2, 0x10), 'beam', 0.0001],
    [userConfiguration(2, 0xffef), 'beam', 0.001],
  ];
  for (const [user, coordinateSystem, velocityScale] of cases) {
    const run = file(
      velocity,
      headConfiguration(MATRIX),
      user,
      velocity,
      userConfiguration(1, 0),
      headConfiguration([]),
    );
    assert.deepEqual(found(run), {
      layout: 'binary',
      coordinateSystem,
      velocityScale,
      transformationMatrix: MATRIX,
      declination: true,
    });
  }
});

test('what the settings say themselves is not looked for', () => {
  const asked = { ...ASKED, coordinateSystem: 'beam', transformationMatrix: MATRIX, velocityScale: 0.001 };
  assert.deepEqual(found(file(), asked), { ...asked, declination: true });
  assert.equal(found(file(userConfiguration(1, 0x10)), { ...asked, velocityScale: 'header' }).coordinateSystem, 'beam');
});

test('a file that does not say it is refused with what is missing', () => {
  const damaged = userConfiguration(0, 0);
  damaged[100] ^= 1;
  const cases: [run: RawRun, message: RegExp][] = [
    [file(), /expected a user configuration.*coordinateSystem.*none/],
    [file(headConfiguration(MATRIX), damaged), /expected a user configuration/],
    [file(userConfiguration(0, 0)), /expected a head configuration.*transformationMatrix/],
    [file(userConfiguration(3, 0), headConfiguration(MATRIX)), /expected coordinate system 0, 1 or 2.*found 3/],
  ];
  for (const [run, message] of cases) assert.throws(() => found(run), message);
});

test('a decoder is not made from settings that still ask', () => {
  const facts = { ...ASKED, coordinateSystem: 'beam', velocityScale: 0.001, transformationMatrix: MATRIX };
  for (const name of ['coordinateSystem', 'velocityScale', 'transformationMatrix']) {
    const settings = model.settings.parse({ ...facts, [name]: 'header' });
    assert.throws(() => model.decoder(settings), /nortek-aquadopp: expected .* read the file's header first/, name);
  }
  assert.doesNotThrow(() => model.decoder(model.settings.parse(facts)));
});

test('settings that cannot be are refused with the place of the fault', () => {
  const cases: [settings: unknown, path: string][] = [
    [{ coordinateSystem: 'ENU' }, 'layout'],
    [{ layout: 'ascii-27' }, 'coordinateSystem'],
    [{ layout: 'binary', coordinateSystem: 'ENU' }, 'velocityScale'],
    [{ layout: 'binary', coordinateSystem: 'ENU', velocityScale: 0.01 }, 'velocityScale'],
    [{ layout: 'ascii-27', coordinateSystem: 'beam', transformationMatrix: [1, 2, 3] }, 'transformationMatrix'],
    [
      { layout: 'ascii-27', coordinateSystem: 'beam', transformationMatrix: Array(9).fill(0.7) },
      'transformationMatrix',
    ],
    [{ layout: 'profiler-text', coordinateSystem: 'ENU' }, 'coordinateSystem'],
    [{ layout: 'profiler-text', coordinateSystem: 'beam', transformationMatrix: MATRIX }, 'coordinateSystem'],
    [{ layout: 'ascii-27', coordinateSystem: 'ENU', units: 'm' }, ''],
  ];
  for (const [settings, path] of cases) {
    const parsed = model.settings.safeParse(settings);
    assert.deepEqual(
      parsed.error?.issues.map((issue) => issue.path.join('.')),
      [path],
      JSON.stringify(settings),
    );
  }
});
