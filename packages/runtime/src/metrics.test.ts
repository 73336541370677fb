import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { COUNTERS, createMetrics, GAUGES, HISTOGRAMS } from './metrics.ts';

const LABELS = ['commit', 'dataset', 'flag', 'format', 'level', 'model', 'outcome', 'platform', 'reason', 'sensor'];
LABELS.push('comparison', 'serial', 'service', 'stage', 'test', 'variable', 'version', 'stream_name', 'consumer_name');
/** Units a gauge or histogram may end with; the others are plain counts of things, named in the singular list below. */
const UNIT = /_(seconds|bytes|ratio|info)$/;
const COUNTS = ['emso_source_connected', 'emso_source_paused', 'emso_queue_depth', 'emso_spool_waiting_records'];
COUNTS.push(
  'emso_dirty_days',
  'emso_stale_days',
  'emso_incomplete_days',
  'emso_ledger_mismatches',
  'emso_comparison_difference',
);
/** What the NATS exporter calls them: rules written for it hold for us too. */
const OF_THE_EXPORTER = ['jetstream_stream_total_bytes', 'jetstream_stream_limit_bytes'];
OF_THE_EXPORTER.push('jetstream_consumer_num_pending', 'jetstream_consumer_num_ack_pending');

test('names, units, help and labels are as Prometheus wants them', () => {
  const seen = new Set<string>();
  const rows = [
    ...Object.values(COUNTERS).map((row) => ({ ...row, type: 'counter' })),
    ...Object.values(GAUGES).map((row) => ({ ...row, type: 'gauge' })),
    ...Object.values(HISTOGRAMS).map((row) => ({ ...row, type: 'histogram' })),
  ];
  for (const { name, help, labels, type } of rows) {
    const ours = !OF_THE_EXPORTER.includes(name);
    assert.match(name, ours ? /^emso(_[a-z]+)+$/ : /^jetstream(_[a-z]+)+$/, name);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    if (type === 'gauge' && ours) assert.ok(UNIT.test(name) || COUNTS.includes(name), name);
    if (type === 'histogram') assert.match(name, /_seconds$/);
    if (name.includes('timestamp')) assert.match(name, /_timestamp_seconds$/);
    assert.ok(help.length > 10 && !help.endsWith('.'), name);
    assert.deepEqual(
      labels.filter((label) => !LABELS.includes(label)),
      [],
      name,
    );
    assert.equal(seen.has(name), false, `${name} twice`);
    seen.add(name);
  }
  assert.equal(seen.size, 43);
});

test('every metric takes its labels and comes out in the text format', async (t) => {
  const metrics = createMetrics();
  const tables = { ...COUNTERS, ...GAUGES, ...HISTOGRAMS };
  for (const [key, { labels }] of Object.entries(tables)) {
    const values = Object.fromEntries(labels.map((label) => [label, 'x']));
    const metric = metrics[key as keyof typeof tables] as unknown as Record<
      string,
      (labels: object, value: number) => void
    >;
    (metric.observe ?? metric.inc).call(metric, values, 1);
  }
  const text = await metrics.registry.metrics();
  for (const { name } of Object.values(tables))
    assert.match(text, new RegExp(`^${name}(_count)?(\\{[^}]*\\})? 1$`, 'm'));
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (promtool.error) t.diagnostic('promtool is not installed: only our own rules were checked');
  else {
    // Our days are counted, not measured.
    const findings = (promtool.stdout + promtool.stderr)
      .split('\n')
      .filter((finding) => finding !== '' && !/_days use base unit "seconds" instead of "days"$/.test(finding));
    assert.deepEqual(findings, []);
  }
});

test('the buckets of ingest latency reach from real time to the hourly batch', () => {
  assert.deepEqual(HISTOGRAMS.ingestLatency.buckets, [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200]);
});
