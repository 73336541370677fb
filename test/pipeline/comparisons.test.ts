/** What two sensors say of each other, through a real writer: sealed, compared, counted, and the same as `reprocess` makes. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, dayOf, isoDay } from '@emso/core';
import { comparisonPath } from '@emso/products';
import { untilRebuiltEqual } from '../support/rebuilt.ts';
import { waitFor } from '../support/servers.ts';
import { openStage } from './stage.ts';

const LATER_CLOCK = path.resolve(import.meta.dirname, '../support/later-clock.mjs');
/** A week later both days are quiet. */
const LATER = { NODE_OPTIONS: `--import=${LATER_CLOCK}`, EMSO_TEST_CLOCK_AHEAD_MS: String(7 * DAY_MS) };
const PAST = dayOf(Date.now()) - 400;
const STAMP = isoDay(PAST).replaceAll('-', '');

test('sensors that disagree: a file of their differences beside the sealed days, and metrics', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const early = await stage.start('writer');
  await waitFor(async () => (await fetch(`${early.url}/readyz`)).ok, { what: 'the writer', timeoutMs: 60_000 });
  const lines = { MICROCAT: '13.2900, 4.59963, 2505.600, 38.4794', OXYGEN: '4831\t379\t230.000\t75.000\t13.490' };
  for (const [prefix, line] of Object.entries(lines)) {
    const file = path.join(stage.dataDir, '..', `${prefix}_${STAMP}.dat`);
    writeFileSync(file, `${STAMP} 14:00:10${line}\n${STAMP} 14:02:10${line}\n`);
    const answer = await fetch(`${early.url}/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ file }),
    });
    assert.equal(((await answer.json()) as { added: number }).added, 2);
  }
  await early.stop();

  const late = await stage.start('writer', LATER);
  const file = path.join(stage.dataDir, comparisonPath('temperature-optode-microcat', PAST));
  await waitFor(() => existsSync(file), { what: 'the comparison', timeoutMs: 60_000 });
  assert.deepEqual(readFileSync(file, 'utf8').trimEnd().split('\n'), [
    'time,oxygen_DOXY_TEMP,microcat_TEMP,difference,difference_QC',
    `${isoDay(PAST)}T14:00:10Z,13.4900,13.2900,0.2000,3`,
    `${isoDay(PAST)}T14:02:10Z,13.4900,13.2900,0.2000,3`,
  ]);
  // Counted a moment after the file is in its place.
  const metrics = await waitFor(
    async () => {
      const text = await (await fetch(`${late.url}/metrics`)).text();
      return text.includes('emso_comparison_difference{') ? text : undefined;
    },
    { what: 'the metrics of the comparison', timeoutMs: 20_000 },
  );
  assert.match(metrics, /^emso_comparison_flags_total\{comparison="temperature-optode-microcat",flag="3"\} 2$/m);
  assert.match(metrics, /^emso_comparison_difference\{comparison="temperature-optode-microcat"\} 0\.2$/m);
  // The trees compared hold the comparisons too.
  await untilRebuiltEqual(stage.dataDir, stage.site, 'sealed', 60_000);
});
