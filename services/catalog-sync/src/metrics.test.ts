/** What the alarms ask for is there from the start. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { catalogueMetrics } from './metrics.ts';

test('the alarms of the catalogue ask for metrics and states that exist', async () => {
  const registry = new Registry();
  catalogueMetrics(registry);
  const text = await registry.metrics();
  const rules = readFileSync(new URL('../../../deploy/prometheus/catalogue.yml', import.meta.url), 'utf8');
  const asked = [...new Set(rules.match(/\bemso_\w+/g))];
  assert.equal(asked.length, 3);
  for (const name of asked) assert.match(text, new RegExp(`^${name}[{ ]`, 'm'), name);
  for (const [, states] of rules.matchAll(/state=~?"([^"]+)"/g)) {
    for (const state of states.split('|'))
      assert.match(text, new RegExp(`^emso_catalogue_\\w+\\{state="${state}"\\} 0$`, 'm'));
  }
});
