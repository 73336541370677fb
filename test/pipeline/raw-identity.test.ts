/** What the archive makes of ids: known ones, ones that come again with other bytes, and those of a sensor nobody configured. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dayOf } from '@emso/core';
import { parseRawFile, productPaths, rawPathOfUnknown } from '@emso/products';
import { waitFor } from '../support/servers.ts';
import { metricOf, openStage } from './stage.ts';
import { connectTest, messagesIn, publishRaw, rawLine } from './test-bus.ts';

/** The rows of a raw file as `seq text`, as they lie there. */
function rowsIn(file: string): string[] {
  if (!existsSync(file)) return [];
  const { run } = parseRawFile(readFileSync(file));
  return Array.from({ length: run.count }, (_, i) => {
    const text = Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1');
    return `${run.seq[i]} ${text}`;
  });
}

test('PROMISE 1: an id that comes again with other bytes of which one is lost, or nobody is told', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const writer = await stage.start('writer');
  const bus = await connectTest(t, stage.nats);
  await waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, { what: 'the writer' });
  await publishRaw(bus, 'cstar', [rawLine(1, 'one\r'), rawLine(2, 'two\r')]);
  await publishRaw(bus, 'cstar', [rawLine(2, 'two\r'), rawLine(3, 'three\r')]);
  await publishRaw(bus, 'cstar', [rawLine(1, 'one\r'), rawLine(2, 'TWO\r'), rawLine(3, 'three\r')]);
  await publishRaw(bus, 'cstar', [rawLine(4, 'end\r')]);
  const file = path.join(stage.dataDir, productPaths(stage.plan('cstar').sensor, dayOf(Date.now())).raw);
  await waitFor(() => rowsIn(file).includes('4 end\r'), { what: 'the last line', timeoutMs: 20_000 });
  assert.deepEqual(rowsIn(file).sort(), ['1 one\r', '2 TWO\r', '2 two\r', '3 three\r', '4 end\r']);
  await waitFor(async () => (await metricOf(writer, 'emso_raw_conflicts_total', { sensor: 'cstar' })) === 1, {
    what: 'the conflict to be counted',
  });
  assert.deepEqual(
    writer.log().map(({ level, reason }) => [level, reason]),
    [['error', 'raw-conflict']],
  );
  const [event, ...others] = await messagesIn(bus, 'EVENT', 'event.mii.cstar.conflict');
  assert.deepEqual([(JSON.parse(Buffer.from(event).toString()) as { seq: number }).seq, others], [2, []]);
});

test('PROMISE 7: a line of a sensor that the configuration does not know and that is not archived', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const writer = await stage.start('writer');
  const bus = await connectTest(t, stage.nats);
  await publishRaw(bus, 'newcomer', [rawLine(1, 'who\r'), rawLine(2, 'am I\r')]);
  await publishRaw(bus, 'newcomer', [rawLine(2, 'am I\r'), rawLine(3, 'then\r')]);
  const file = path.join(stage.dataDir, rawPathOfUnknown('mii', 'newcomer', dayOf(Date.now())));
  await waitFor(() => rowsIn(file).length >= 3, { what: 'its lines', timeoutMs: 20_000 });
  assert.deepEqual(rowsIn(file), ['1 who\r', '2 am I\r', '3 then\r']);
  await waitFor(async () => (await metricOf(writer, 'emso_unknown_source_lines_total')) === 3, { what: 'their count' });
});
