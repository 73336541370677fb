/** Where a decoder's codes stand in the batch it is given: found once per batch layout, by name. */
import type { Batch } from '@emso/core';

/**
 * Gives, for a batch, the column index of each of `codes` (null and absent codes: −1). A batch may hold more columns than
 * one deployment's settings promise, because a day can hold two deployments.
 */
export function columnsFor(codes: readonly (string | null)[]): (batch: Batch) => Int32Array {
  let layout: readonly string[] | undefined;
  let columns = new Int32Array(0);
  return (batch) => {
    if (batch.codes !== layout) {
      layout = batch.codes;
      columns = Int32Array.from(codes, (code) => (code === null ? -1 : batch.codes.indexOf(code)));
    }
    return columns;
  };
}
