import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Batch, createBatch, openRow, setLabel } from './batch.ts';
import { joinBatches } from './join-batches.ts';

const cells = fc.array(fc.record({ value: fc.double(), label: fc.constantFrom('', 'a', 'b') }), { maxLength: 8 });
const pieces = fc.array(fc.record({ code: fc.constantFrom('TEMP', 'PSAL'), cells }), { maxLength: 5 });

function batchOf(code: string, rows: readonly { value: number; label: string }[]): Batch {
  const batch = createBatch([code], ['Instrument_Serial'], 1);
  for (const [i, { value, label }] of rows.entries()) {
    const row = openRow(batch);
    batch.time[row] = i;
    batch.timeFlag[row] = i % 5;
    batch.values[0][row] = value;
    batch.flags[0][row] = 1;
    setLabel(batch.labels[0], row, label);
    batch.count++;
  }
  return batch;
}

test('joined rows are those of the batches, missing where a batch has no such column', () => {
  fc.assert(
    fc.property(pieces, (input) => {
      const joined = joinBatches(
        input.map(({ code, cells: rows }) => batchOf(code, rows)),
        9,
      );
      const expected = input.flatMap(({ code, cells: rows }) => rows.map((row, i) => ({ ...row, code, i })));
      assert.equal(joined.count, expected.length);
      assert.deepEqual(joined.codes, [...new Set(input.map(({ code }) => code))]);
      expected.forEach(({ code, value, label, i }, row) => {
        assert.deepEqual([joined.time[row], joined.timeFlag[row]], [i, i % 5]);
        const { texts, index } = joined.labels[0];
        assert.equal(texts[index[row]], label);
        joined.codes.forEach((own, column) => {
          assert.ok(Object.is(joined.values[column][row], own === code ? value : Number.NaN));
          assert.equal(joined.flags[column][row], own === code ? 1 : 9);
        });
      });
    }),
  );
});
