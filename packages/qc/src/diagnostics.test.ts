import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isMeasured, parseObservatory } from '@emso/core';
import { DIAGNOSTICS } from './diagnostics.ts';
import { judgeRows } from './judge-rows.ts';
import { prepareTests, qcFaults, REGISTRY } from './registry.ts';

test('diagnostics are sound entries of known models and parameters, and all say where they come from', () => {
  const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');
  const models = new Set(
    parseObservatory(text, 'site.yaml').platforms.flatMap(({ sensors }) => sensors.map(({ model }) => model)),
  );
  for (const [model, entries] of Object.entries(DIAGNOSTICS)) {
    assert.ok(models.has(model), model);
    for (const [code, entry] of Object.entries(entries)) {
      assert.ok(isMeasured(code), code);
      assert.deepEqual(qcFaults(entry, { cadenceMs: 60_000, live: true }), [], code);
      for (const config of Object.values(entry)) assert.match((config as { source: string }).source, /\w/);
    }
  }
});

// Lines of a real 4831, in the fixtures of its instrument.
test('the saturation that a real optode prints agrees with its own oxygen and temperature', () => {
  const [saturation] = prepareTests(DIAGNOSTICS['aanderaa-optode']['OSAT'], 60_000);
  const columns = {
    time: Float64Array.of(0, 60_000, 120_000, 180_000),
    values: Float64Array.of(94.738, 94.962, 94.963, 96.5),
    partners: [Float64Array.of(353.413, 354.255, 354.25, 354.25), Float64Array.of(7.658, 7.658, 7.659, 7.659)],
  };
  const out = new Uint8Array(4);
  judgeRows(saturation, columns, 0, 4, out);
  assert.deepEqual([...out], [1, 1, 1, 3]);
});

test('the README has a row for every test', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const name of REGISTRY.keys()) assert.ok(readme.includes(`| \`${name}\` |`), name);
});
