/** PROMISE 4: over all sensors, known and unknown, and over all days, no two files share a path. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, type Observatory, parseObservatory, sensorsOf } from '@emso/core';
import { productPaths, rawPathOfUnknown } from '@emso/products';
import fc from 'fast-check';
import { parseDocument } from 'yaml';
import { SITE } from '../support/chain.ts';

const TEXT = readFileSync(SITE, 'utf8');
const DAYS = [0, 1, 20_513, 20_514, 20_544];

function pathsOf(observatory: Observatory): string[] {
  return sensorsOf(observatory).flatMap(({ sensor }) =>
    DAYS.flatMap((day) => Object.values(productPaths(sensor, day))),
  );
}

test('PROMISE 4: levels of ALBATROSS that share a prefix, a folder or a file', () => {
  const observatory = parseObservatory(TEXT, SITE);
  const levels = observatory.platforms.find(({ id }) => id === 'albatross')?.sensors ?? [];
  assert.ok(levels.length > 1);
  for (const key of ['prefix', 'folder', 'id'] as const) {
    assert.equal(new Set(levels.map((sensor) => sensor[key])).size, levels.length, key);
  }
  const paths = pathsOf(observatory);
  assert.equal(new Set(paths).size, paths.length);
});

test('PROMISE 4: a site file that is taken and renders one path twice', () => {
  // Few and like words, so that most tries collide somewhere.
  const name = fc.constantFrom('A', 'A_2026', 'B', 'A_20260301', '2026-03', '_unconfigured');
  const folder = fc.oneof(
    name,
    fc.tuple(name, name).map((parts) => parts.join('/')),
  );
  const id = fc.constantFrom('a', 'b', 'c-a');
  let taken = 0;
  fc.assert(
    fc.property(fc.array(fc.record({ id, prefix: name, folder }), { minLength: 3, maxLength: 3 }), (chosen) => {
      const document = parseDocument(TEXT);
      const sensors = (document.toJS() as { platforms: { sensors: object[] }[] }).platforms[0].sensors;
      chosen.forEach((names, s) => {
        for (const [key, value] of Object.entries(names)) document.setIn(['platforms', 0, 'sensors', s, key], value);
      });
      assert.ok(sensors.length >= chosen.length);
      let observatory: Observatory;
      try {
        observatory = parseObservatory(document.toString(), SITE);
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        return;
      }
      taken++;
      const unknown = ['a', 'b', 'zz'].flatMap((sensor) => DAYS.map((day) => rawPathOfUnknown('mii', sensor, day)));
      const paths = [...pathsOf(observatory), ...unknown];
      assert.equal(new Set(paths).size, paths.length, JSON.stringify(chosen));
      const ids = sensorsOf(observatory).map(({ sensor }) => sensor.id);
      assert.equal(new Set(ids).size, ids.length);
    }),
    { numRuns: 50 },
  );
  assert.ok(taken > 0, `only ${taken} site files were taken: the property tested little`);
});
