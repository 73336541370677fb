import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Batch, createBatch, openRow, selectRows, setLabel } from './batch.ts';

interface Row {
  readonly values: readonly number[];
  readonly label: string;
  readonly kept: boolean;
}

const rows = fc.array(
  fc.record({
    values: fc.tuple(fc.double(), fc.double()),
    label: fc.constantFrom('', 'a', 'b', 'longer text'),
    kept: fc.boolean(),
  }),
  { maxLength: 60 },
);

/** Fills a batch as a decoder does: a row that is not kept is filled and then left. */
function filled(input: readonly Row[], capacity: number): Batch {
  const batch = createBatch(['TEMP', 'CNDC'], ['Instrument_Serial'], capacity);
  input.forEach(({ values, label, kept }, i) => {
    const row = openRow(batch);
    batch.time[row] = i;
    batch.instrument[row] = i / 2;
    batch.received[row] = i + 0.25;
    batch.source[row] = i % 2;
    batch.timeFlag[row] = i % 5;
    batch.record[row] = i;
    batch.values.forEach((column, c) => {
      column[row] = values[c];
    });
    batch.flags.forEach((column, c) => {
      column[row] = (i + c) % 10;
    });
    setLabel(batch.labels[0], row, label);
    if (kept) batch.count++;
  });
  return batch;
}

/** What a batch says, without its capacity. */
function contentOf(batch: Batch): unknown[] {
  return Array.from({ length: batch.count }, (_, row) => ({
    time: batch.time[row],
    instrument: batch.instrument[row],
    received: batch.received[row],
    source: batch.source[row],
    timeFlag: batch.timeFlag[row],
    record: batch.record[row],
    values: batch.values.map((column) => column[row]),
    flags: batch.flags.map((column) => column[row]),
    labels: batch.labels.map(({ texts, index }) => texts[index[row]]),
  }));
}

test('a batch holds the kept rows, in order, whatever room it began with', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 70 }), (input, capacity) => {
      const batch = filled(input, capacity);
      const kept = input.flatMap((row, i) => (row.kept ? [{ ...row, i }] : []));
      assert.equal(batch.count, kept.length);
      assert.deepEqual(
        contentOf(batch),
        kept.map(({ values, label, i }) => ({
          time: i,
          instrument: i / 2,
          received: i + 0.25,
          source: i % 2,
          timeFlag: i % 5,
          record: i,
          values: [...values],
          flags: [i % 10, (i + 1) % 10],
          labels: [label],
        })),
      );
      for (const column of [batch.time, batch.record, ...batch.values, ...batch.flags, batch.labels[0].index]) {
        assert.ok(column.length >= batch.count);
      }
    }),
  );
});

test('an opened row is missing everywhere, also where a rejected line left something', () => {
  const batch = createBatch(['TEMP'], ['Instrument_Serial'], 1);
  const first = openRow(batch);
  batch.values[0][first] = 13.2;
  batch.instrument[first] = 5;
  setLabel(batch.labels[0], first, 'left over');
  const again = openRow(batch);
  assert.equal(again, first);
  assert.ok(Number.isNaN(batch.values[0][again]));
  assert.ok(Number.isNaN(batch.instrument[again]));
  assert.equal(batch.labels[0].texts[batch.labels[0].index[again]], '');
});

test('equal labels share one dictionary entry', () => {
  const batch = createBatch([], ['Optode_Serial'], 4);
  for (const text of ['507', '829', '507', '']) {
    setLabel(batch.labels[0], openRow(batch), text);
    batch.count++;
  }
  assert.deepEqual(batch.labels[0].texts, ['', '507', '829']);
  assert.deepEqual([...batch.labels[0].index.subarray(0, 4)], [1, 2, 1, 0]);
});

test('selectRows gives the rows of an order, and leaves the batch alone', () => {
  const withOrder = rows.chain((input) => {
    const count = input.filter((row) => row.kept).length;
    const order = count === 0 ? fc.constant([]) : fc.array(fc.nat(count - 1), { maxLength: 80 });
    return fc.tuple(fc.constant(input), order);
  });
  fc.assert(
    fc.property(withOrder, ([input, order]) => {
      const batch = filled(input, 4);
      const before = contentOf(batch);
      const selected = selectRows(batch, order);
      assert.deepEqual(
        contentOf(selected),
        order.map((row) => before[row]),
      );
      selected.values[0].fill(0);
      setLabel(selected.labels[0], 0, 'another');
      assert.deepEqual(contentOf(batch), before);
    }),
  );
});
