/**
 * Judges a synthetic year as the chain judges a real one: lines, decoding, derivation and the tests of the site file, by the functions
 * that the services call. The same year without faults is judged beside it: what is flagged there too was not found.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Batch,
  comparedCodes,
  createRawRun,
  DAY_MS,
  FLAG,
  firstRowFrom,
  KIND,
  parseObservatory,
  type RawRun,
  selectRows,
} from '@emso/core';
import {
  type ComparisonRow,
  compareDay,
  dayGaps,
  decodeRun,
  layoutOf,
  planComparisons,
  planObservatory,
  type SensorPlan,
  settingsFaults,
} from '@emso/pipeline';
import { canonicalOrder, csvFile } from '@emso/products';
import { qualify } from '@emso/qc';
import { type Fault, type Spoilt, spoil } from './faults.ts';
import { columnsOf, LINES, SENSORS, START_MS } from './sea.ts';

const SITE = path.resolve(import.meta.dirname, '../../deploy/observatory/emso-ligure-ouest.yaml');

/** What became of a fault. */
export interface Verdict {
  readonly fault: Fault;
  /** Share of the spoilt samples that were flagged, and would not have been without the fault. */
  readonly hitRate: number;
  /** From the first spoilt sample to the first one that was found, ms; undefined when none was. */
  readonly afterMs: number | undefined;
  /** Where lines are missing: what the day's manifest says. */
  readonly gapMs?: number;
}

/** Flags where nothing was wrong. */
export interface Alarms {
  readonly sensor: string;
  readonly code: string;
  readonly samples: number;
  /** Share of the samples of the faultless year that were flagged suspect, and bad. */
  readonly suspect: number;
  readonly bad: number;
  /** Of the year with faults: share of the samples beside them that were flagged for their sake. */
  readonly beside: number;
}

/** What a comparison of sensors noticed of a fault that spoils one of them. */
export interface Noticed {
  readonly comparison: string;
  readonly fault: Fault;
  /** Share of the rows within the fault that are suspect or bad, and would not be without it. */
  readonly hitRate: number;
  readonly afterMs: number | undefined;
}

export interface ComparisonAlarms {
  readonly comparison: string;
  readonly rows: number;
  /** Share of the rows of the faultless year that are suspect or bad. */
  readonly flagged: number;
}

export interface Report {
  readonly days: number;
  readonly seed: number;
  readonly verdicts: readonly Verdict[];
  readonly alarms: readonly Alarms[];
  readonly noticed: readonly Noticed[];
  readonly comparisonAlarms: readonly ComparisonAlarms[];
}

interface Judged {
  readonly plan: SensorPlan;
  readonly batch: Batch;
  readonly run: RawRun;
  readonly order: Int32Array;
  /** Row of each sample; −1 for one that gave none. */
  readonly rowOf: Int32Array;
}

/** Both years of every sensor, and what was found in them. `step` is told what is being judged. */
export function judgeYear(days: number, seed: number, step: (what: string) => void = () => {}): Report {
  // As if the calibration of the optode had been confirmed: while it is not, none of its oxygen is ever better than suspect.
  const text = readFileSync(SITE, 'utf8').replaceAll('oxygenCalibrated: false', 'oxygenCalibrated: true');
  const observatory = parseObservatory(text, SITE, settingsFaults);
  const { plans } = planObservatory(observatory);
  const verdicts: Verdict[] = [];
  const alarms: Alarms[] = [];
  const faults: Fault[] = [];
  const files = {
    clean: new Map<string, Map<number, Uint8Array>>(),
    spoilt: new Map<string, Map<number, Uint8Array>>(),
  };
  for (const sensor of SENSORS) {
    step(sensor);
    const plan = plans.find((each) => each.sensor.id === sensor);
    if (plan === undefined) throw new Error(`${SITE}: expected the sensor ${sensor}, found none`);
    const columns = columnsOf(sensor, days, seed);
    const spoilt = spoil(sensor, columns, days, seed);
    const clean = judge(plan, { ...columns, received: columns.time, lost: new Set(), faults: [] });
    const found = judge(plan, spoilt);
    verdicts.push(...spoilt.faults.map((fault) => verdictOf(fault, spoilt, clean, found)));
    alarms.push(...alarmsOf(plan, spoilt, clean, found));
    faults.push(...spoilt.faults);
    files.clean.set(sensor, sealedDays(clean, days));
    files.spoilt.set(sensor, sealedDays(found, days));
  }
  step('comparisons');
  const noticed: Noticed[] = [];
  const comparisonAlarms: ComparisonAlarms[] = [];
  for (const planned of planComparisons(observatory)) {
    const { comparison, sensors } = planned;
    if (!sensors.every(({ id }) => SENSORS.includes(id))) continue;
    const rowsOf = (sealed: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>): ComparisonRow[] =>
      Array.from({ length: days }, (_, d) => START_MS / DAY_MS + d).flatMap((day) => {
        const ofDay = sensors.flatMap(({ id }) => {
          const csv = sealed.get(id)?.get(day);
          return csv === undefined ? [] : [[id, csv] as const];
        });
        return compareDay(planned, day, new Map(ofDay))?.rows ?? [];
      });
    const [before, after] = [rowsOf(files.clean), rowsOf(files.spoilt)];
    const alarming = before.filter(isFlagged);
    comparisonAlarms.push({ comparison: comparison.id, rows: before.length, flagged: alarming.length / before.length });
    const known = new Set(alarming.map(({ timeMs }) => timeMs));
    for (const fault of faults) {
      const spoils = comparedCodes(comparison, fault.sensor).some((code) => fault.codes.includes(code));
      if (fault.single || !spoils || !sensors.some(({ id }) => id === fault.sensor)) continue;
      const within = periodOf(
        fault,
        comparison.limits.some((limits) => 'medianMs' in limits),
      );
      const rows = after.filter(({ timeMs }) => timeMs >= within.fromMs && timeMs <= within.toMs);
      const hits = rows.filter((row) => isFlagged(row) && !known.has(row.timeMs));
      const first = hits[0]?.timeMs;
      noticed.push({
        comparison: comparison.id,
        fault,
        hitRate: rows.length === 0 ? 0 : hits.length / rows.length,
        afterMs: first === undefined ? undefined : Math.max(0, first - within.fromMs),
      });
    }
  }
  return { days, seed, verdicts, alarms, noticed, comparisonAlarms };
}

function isFlagged({ flag }: { readonly flag: number }): boolean {
  return flag === FLAG.suspect || flag === FLAG.bad;
}

const CADENCE_MS: Readonly<Record<string, number>> = Object.fromEntries(
  SENSORS.map((sensor) => {
    const { time } = columnsOf(sensor, 1, 0);
    return [sensor, time[1] - time[0]];
  }),
);

/** When a fault begins and ends; for medians of days, the whole days. */
function periodOf({ sensor, samples }: Fault, byDay: boolean): { fromMs: number; toMs: number } {
  const at = (sample: number): number => START_MS + sample * CADENCE_MS[sensor];
  const [fromMs, toMs] = [at(samples[0]), at(samples[samples.length - 1])];
  return byDay ? { fromMs: Math.ceil(fromMs / DAY_MS) * DAY_MS, toMs } : { fromMs, toMs };
}

/** The lines of a sensor, decoded and flagged over the whole time. */
function judge(plan: SensorPlan, { time, values, received, lost }: Spoilt): Judged {
  const names = Object.keys(values);
  const lineOf = LINES[plan.sensor.id];
  const lines: Buffer[] = [];
  const samples: number[] = [];
  for (let i = 0; i < time.length; i++) {
    if (lost.has(i)) continue;
    lines.push(
      Buffer.from(`${lineOf(Object.fromEntries(names.map((name) => [name, values[name][i]])), time[i])}\r`, 'latin1'),
    );
    samples.push(i);
  }
  const run = createRawRun(Buffer.concat(lines), lines.length);
  run.sessions.push('20250101T000000000Z-00000000');
  for (let i = 0, at = 0; i < lines.length; i++) {
    run.start[i] = at;
    at += lines[i].length;
    run.end[i] = at;
    run.received[i] = received[samples[i]];
    run.kind[i] = KIND.line;
    run.seq[i] = i + 1;
  }
  run.count = lines.length;
  const { order } = canonicalOrder(run);
  const { batch, rejected } = decodeRun(plan, run, order);
  if (rejected.length > 0)
    throw new Error(`${plan.sensor.id}: expected lines that decode, found ${JSON.stringify(rejected[0])}`);
  qualify(batch, plan.tests, 0, batch.count);
  const rowOf = new Int32Array(time.length).fill(-1);
  for (let row = 0; row < batch.count; row++) rowOf[samples[batch.record[row]]] = row;
  return { plan, batch, run, order, rowOf };
}

/** 1 for samples in which one of the codes is suspect or bad. */
function flagged({ batch, rowOf }: Judged, codes: readonly string[]): Uint8Array {
  const columns = codes.flatMap((code) =>
    code === 'time' ? [batch.timeFlag] : (batch.flags[batch.codes.indexOf(code)] ?? []),
  );
  return Uint8Array.from(rowOf, (row) =>
    row >= 0 && columns.some((flags) => flags[row] === FLAG.suspect || flags[row] === FLAG.bad) ? 1 : 0,
  );
}

function verdictOf(fault: Fault, spoilt: Spoilt, clean: Judged, found: Judged): Verdict {
  const { samples, codes } = fault;
  const [without, withFault] = [clean, found].map((judged) => flagged(judged, codes));
  const hits = samples.filter((i) => withFault[i] === 1 && without[i] === 0);
  const afterMs = hits.length === 0 ? undefined : spoilt.time[hits[0]] - spoilt.time[samples[0]];
  const hasHole = samples.some((i) => spoilt.lost.has(i)) || codes.includes('time');
  return {
    fault,
    hitRate: hits.length / samples.length,
    afterMs,
    ...(hasHole && { gapMs: gapMs(fault, spoilt, found) }),
  };
}

/** The longest gap that the manifest of the fault's first day tells. */
function gapMs({ samples }: Fault, { time }: Spoilt, { plan, batch, run, order }: Judged): number {
  const day = Math.floor(time[samples[0]] / DAY_MS);
  const gaps = dayGaps(plan.sensor, day, rowsOfDay(batch, day), run, order, true);
  return Math.max(0, ...gaps.map(({ fromMs, toMs }) => toMs - fromMs));
}

function rowsOfDay(batch: Batch, day: number): Batch {
  const [from, to] = [firstRowFrom(batch, day * DAY_MS), firstRowFrom(batch, (day + 1) * DAY_MS)];
  return selectRows(
    batch,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );
}

function alarmsOf(plan: SensorPlan, { time, faults }: Spoilt, clean: Judged, found: Judged): Alarms[] {
  const spoilt = new Uint8Array(time.length);
  for (const { samples } of faults) for (const i of samples) spoilt[i] = 1;
  return plan.codes.flatMap((code): Alarms[] => {
    const flags = clean.batch.flags[clean.batch.codes.indexOf(code)].subarray(0, clean.batch.count);
    const samples = flags.filter((flag) => flag !== FLAG.missing).length;
    // A quantity that this deployment does not send.
    if (samples === 0) return [];
    const share = (flag: number): number => flags.filter((each) => each === flag).length / samples;
    const [without, withFaults] = [clean, found].map((judged) => flagged(judged, [code]));
    let [beside, sound] = [0, 0];
    for (let i = 0; i < time.length; i++) {
      if (spoilt[i] === 1) continue;
      sound++;
      if (withFaults[i] === 1 && without[i] === 0) beside++;
    }
    return [
      {
        sensor: plan.sensor.id,
        code,
        samples,
        suspect: share(FLAG.suspect),
        bad: share(FLAG.bad),
        beside: beside / sound,
      },
    ];
  });
}

/** The CSV of each day, as a sealed one. */
function sealedDays({ plan, batch }: Judged, days: number): Map<number, Uint8Array> {
  const first = START_MS / DAY_MS;
  return new Map(
    Array.from({ length: days }, (_, d) => [
      first + d,
      csvFile(layoutOf(plan, first + d), rowsOfDay(batch, first + d)),
    ]),
  );
}
