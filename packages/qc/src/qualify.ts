/**
 * Flags for a batch: the settings in force at each row's time, test by test over columns, roll-up, then the one step from
 * QARTOD to OceanSITES. A pure function of the values, their times and the sensor's settings: any split gives the same.
 */
import {
  type Batch,
  oceanSitesOf,
  PARAMETERS,
  QARTOD,
  type Qartod,
  type QcConfig,
  type QcVerdict,
  qcConfigAt,
  type Sensor,
} from '@emso/core';
import { aggregate, rollUp } from './rollup.ts';
import { grossRangeTest, missingTest, type Span } from './tests.ts';

/** Data version of the flags: raised whenever the same batch and settings give another flag (PROMISE 19). */
export const QC_VERSION = 1;

const OCEANSITES = Uint8Array.from({ length: 10 }, (_, digit) => oceanSitesOf(digit as Qartod));

/** Writes the OceanSITES flag of every value of rows `[from, to)` into `batch.flags`; nothing else is touched. */
export function qualify(batch: Batch, sensor: Sensor, from: number, to: number): void {
  if (from < 0 || to > batch.count) {
    throw new RangeError(`qualify: expected rows within 0 to ${batch.count}, found ${from} to ${to}`);
  }
  if (from >= to) return;
  const missing = new Uint8Array(to - from);
  const grossRange = new Uint8Array(to - from);
  for (let start = from; start < to; ) {
    const config = qcConfigAt(sensor, batch.time[start]);
    const end = endOfRun(batch.time, start, to, sensor, config);
    const rows = end - start;
    for (let c = 0; c < batch.codes.length; c++) {
      const values = batch.values[c].subarray(start, end);
      const flags = batch.flags[c].subarray(start, end);
      const spans = spansOf(batch.codes[c], config);
      missingTest(values, 0, rows, missing);
      if (spans === undefined) grossRange.fill(QARTOD.notEvaluated, 0, rows);
      else grossRangeTest(values, 0, rows, spans.fail, spans.suspect, grossRange);
      rollUp(missing, [grossRange], 0, rows, flags);
      for (let i = 0; i < rows; i++) flags[i] = OCEANSITES[flags[i]];
    }
    start = end;
  }
}

/** What each test says about one row, with the flag that stands in the batch: for live readers and the bus. */
export function verdictsOf(batch: Batch, row: number, sensor: Sensor): Record<string, QcVerdict> {
  const config = qcConfigAt(sensor, batch.time[row]);
  const verdicts: Record<string, QcVerdict> = {};
  const answer = new Uint8Array(1);
  batch.codes.forEach((code, c) => {
    const value = batch.values[c].subarray(row, row + 1);
    const spans = spansOf(code, config);
    missingTest(value, 0, 1, answer);
    const missing = answer[0] as Qartod;
    if (spans !== undefined) grossRangeTest(value, 0, 1, spans.fail, spans.suspect, answer);
    else if (missing !== QARTOD.missing) answer[0] = QARTOD.notEvaluated;
    const flag = oceanSitesOf(missing === QARTOD.missing ? missing : aggregate(answer));
    verdicts[code] = { flag, tests: { missing, gross_range: answer[0] as Qartod } };
  });
  return verdicts;
}

/** End of the rows from `start` on whose times fall under the same settings. */
function endOfRun(time: Float64Array, start: number, to: number, sensor: Sensor, config: QcConfig | undefined): number {
  const next = sensor.qc[config === undefined ? 0 : sensor.qc.indexOf(config) + 1];
  const low = config?.validFrom ?? Number.NEGATIVE_INFINITY;
  const high = next?.validFrom ?? Number.POSITIVE_INFINITY;
  let end = start + 1;
  while (end < to && time[end] >= low && time[end] < high) end++;
  return end;
}

/** The sensor's own spans for a parameter; else what any sensor of the kind can mean; undefined when neither is known. */
function spansOf(code: string, config: QcConfig | undefined): { fail: Span; suspect?: Span | undefined } | undefined {
  const own = config?.[code];
  if (typeof own === 'object') return own.grossRange;
  const range = PARAMETERS.get(code)?.validRange;
  return range === undefined ? undefined : { fail: range };
}
