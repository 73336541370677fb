/** Days that are made in runs are those made one by one, whatever the runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '@emso/core';
import {
  type Made,
  MICROCAT_CSV,
  MIDNIGHT,
  made,
  microcat,
  rawRows,
  row,
  rowsOf,
  text,
  tree,
  variety,
} from '../fixtures/reprocessed-tree.ts';
import type { RunLimits } from './runs-of-days.ts';

/** Whatever the limits of a run, in days or in bytes. */
const RUNS: readonly RunLimits[] = [
  { days: 1, bytes: Number.POSITIVE_INFINITY },
  { days: 2, bytes: Number.POSITIVE_INFINITY },
  { days: 3, bytes: Number.POSITIVE_INFINITY },
  { days: 100, bytes: 5000 },
  { days: 100, bytes: Number.POSITIVE_INFINITY },
];

async function sameWhateverTheRuns(raw: string): Promise<Made> {
  const [alone, ...longer] = await Promise.all(RUNS.map((runs, i) => made(raw, { runs, workers: 1 + (i % 2) })));
  for (const [i, other] of longer.entries()) {
    assert.deepEqual([...other.files.keys()], [...alone.files.keys()]);
    for (const [name, bytes] of alone.files) {
      assert.ok(other.files.get(name)?.equals(bytes), `${name} in runs of ${JSON.stringify(RUNS[i + 1])}`);
    }
    assert.deepEqual(other.summary.sensors, alone.summary.sensors);
  }
  return alone;
}

test('days made one by one and in runs are the same tree, rows of other days in a file or not', async () => {
  const { summary } = await sameWhateverTheRuns(variety());
  assert.equal(summary.lines, 513);
});

test('days made in runs have the flags of days made one by one, where tests look back over midnight', async () => {
  const files: Record<string, Uint8Array> = {};
  for (let day = 0; day < 4; day++) {
    // A thermometer that stands still from the first noon on; the third day has a hole.
    const samples = Array.from({ length: 720 }, (_, i): [number, string] => [
      MIDNIGHT + day * DAY_MS + i * 120_000,
      microcat(day === 0 && i < 360 ? 13.29 + (i % 7) / 1000 : 13.3),
    ]).filter((_, i) => day !== 2 || i < 300 || i > 400);
    files[`MICROCAT_2020030${day + 1}.raw`] = rawRows(samples, 1 + 720 * day);
  }
  const alone = await sameWhateverTheRuns(tree(files));
  const flagsOf = (day: string): string[] => {
    const [header, ...rows] = text(alone, MICROCAT_CSV(day)).trimEnd().split('\n');
    const column = header.split(',').indexOf('TEMP_QC');
    return rows.map((each) => each.split(',')[column]);
  };
  const [second, third] = [flagsOf('20200302'), flagsOf('20200303')];
  assert.deepEqual([second[0], second.at(-1)], ['4', '4'], 'twelve hours of one value, most of them on the day before');
  assert.deepEqual([third[299], third[300]], ['4', '1'], 'after a hole nothing is flat');
});

test('rows of one day in files of others, far apart', async () => {
  const files: Record<string, string> = {};
  for (let day = 1; day <= 6; day++) {
    const own = Array.from({ length: 5 }, (_, i) => row(`2020030${day} 1${i}:00:00`, microcat(13.2 + i / 100)));
    if (day === 5) own.push(row('20200302 23:59:50', microcat(13.4)));
    files[`MICROCAT_2020030${day}.dat`] = own.join('');
  }
  const alone = await sameWhateverTheRuns(tree(files));
  assert.equal(rowsOf(alone, MICROCAT_CSV('20200302')).at(-1), '2020-03-02T23:59:50Z 13.4000');
});
