/**
 * Several days of one sensor and one deployment as one thing to publish: a month, a year, a deployment. Its NetCDF description is
 * the one of a day, over all rows; what names the day names the period.
 */
import {
  type Batch,
  type CalibrationSheet,
  canonicalJson,
  compactDay,
  DAY_MS,
  dayOf,
  FLAG,
  iso,
  isoDay,
  isoMonth,
  joinBatches,
  selectRows,
} from '@emso/core';
import type { CsvLayout } from './csv.ts';
import { describeDay } from './day-description.ts';
import type { DayInput, FlagRules } from './day-input.ts';
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from './netcdf-file.ts';

/** What cuts a run of days into files; a deployment always does. */
export const PERIODS = ['all', 'month', 'year', 'deployment'] as const;
export type Period = (typeof PERIODS)[number];

/** `good`: only what is flagged good or probably good; other values are missing. */
export type Selection = 'all' | 'good';

export interface Series {
  /** The facts of the first day, with the rows, the methods, the decisions and the latest reception of all. */
  readonly input: DayInput;
  /** First and last day of the period, days since 1970-01-01: of the calendar where that cuts, else of the days there are. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly period: Period;
  readonly selection: Selection;
  readonly layout: CsvLayout;
}

/** Words for a selection, for metadata; nothing where nothing was left out. */
export function selectionText(selection: Selection): string | undefined {
  if (selection === 'all') return undefined;
  return 'Only values flagged 1 (good_data) or 2 (probably_good_data) are kept; every other value is missing, flagged 9, and rows whose time is not good are left out.';
}

/** Joins days, in order, of one sensor and deployment. Throws when there is none. */
export function seriesOf(
  days: readonly DayInput[],
  period: Period,
  selection: Selection,
  layoutOf: (batch: Batch, firstDay: number) => CsvLayout,
): Series {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) throw new Error('series: expected at least one day, found none');
  const all = joinBatches(
    days.map(({ batch }) => batch),
    FLAG.missing,
  );
  const batch = selection === 'good' ? goodOnly(all) : all;
  const [firstDay, lastDay] = boundsOf(period, first.day, last.day);
  const releases = days.flatMap(({ release }) => release ?? []).sort((a, b) => a.at - b.at);
  const release = releases.at(-1);
  return {
    input: {
      ...first,
      batch,
      methods: methodsOver(days),
      flagRules: rulesOver(days),
      calibrated: days.some(({ calibrated }) => calibrated),
      expertFlags: [...new Set(days.flatMap(({ expertFlags }) => expertFlags ?? []))],
      ...(release !== undefined && { release }),
      lastReceivedMs: days.reduce((latest, { lastReceivedMs }) => Math.max(latest, lastReceivedMs), 0),
    },
    firstDay,
    lastDay,
    period,
    selection,
    layout: layoutOf(batch, first.day),
  };
}

/** Key by which days belong to one file: equal keys, one file. */
export function periodKey(period: Period, day: number): string {
  if (period === 'month') return isoMonth(day);
  return period === 'year' ? isoDay(day).slice(0, 4) : '';
}

/** A calendar period has its bounds although a day of it may be missing; the others end where the days do. */
function boundsOf(period: Period, first: number, last: number): [first: number, last: number] {
  if (period !== 'month' && period !== 'year') return [first, last];
  let [from, to] = [first, last];
  while (periodKey(period, from - 1) === periodKey(period, first)) from--;
  while (periodKey(period, to + 1) === periodKey(period, first)) to++;
  return [from, to];
}

/** How each computed parameter was made; where that changed within the period, each way with its first day. */
function methodsOver(days: readonly DayInput[]): ReadonlyMap<string, string> {
  const ways = new Map<string, { text: string; day: number }[]>();
  for (const { day, methods } of days) {
    for (const [code, text] of methods) {
      const own = ways.get(code) ?? [];
      if (own.at(-1)?.text !== text) own.push({ text, day });
      ways.set(code, own);
    }
  }
  return new Map(
    [...ways].map(([code, own]) => [
      code,
      own.length === 1 ? own[0].text : own.map(({ text, day }) => `from ${isoDay(day)}: ${text}`).join('; '),
    ]),
  );
}

/** A list of thresholds as `flagRules` has it where they change: each with the time from which it holds. */
type DatedTests = Readonly<Record<string, unknown>> & { readonly validFrom: string };

/** What made the flags; where that changed within the period, a list with the time of each change, as a day has it. */
function rulesOver(days: readonly DayInput[]): ReadonlyMap<string, FlagRules> {
  const codes = new Set(days.flatMap(({ flagRules }) => [...(flagRules?.keys() ?? [])]));
  return new Map(
    [...codes].map((code): [string, FlagRules] => {
      const own = days.flatMap(({ day, flagRules }) => {
        const rules = flagRules?.get(code);
        return rules === undefined ? [] : [{ day, rules }];
      });
      const comment = [...new Set(own.flatMap(({ rules }) => rules.comment ?? []))].join('; ');
      const texts = new Set(own.map(({ rules }) => rules.tests));
      const tests = texts.size === 1 ? own[0].rules.tests : canonicalJson(changesOf(own));
      return [code, { tests, ...(comment !== '' && { comment }) }];
    }),
  );
}

/** The thresholds of days one behind the other, each once until others hold. */
function changesOf(days: readonly { readonly day: number; readonly rules: FlagRules }[]): DatedTests[] {
  const changes: DatedTests[] = [];
  let before = '';
  for (const { day, rules } of days) {
    const parsed = JSON.parse(rules.tests) as DatedTests[] | Readonly<Record<string, unknown>>;
    const dated = Array.isArray(parsed) ? parsed : [{ validFrom: iso(day * DAY_MS), ...parsed }];
    for (const entry of dated) {
      const { validFrom: _validFrom, ...thresholds } = entry;
      const text = canonicalJson(thresholds);
      if (text !== before) changes.push(entry);
      before = text;
    }
  }
  return changes;
}

const GOOD: ReadonlySet<number> = new Set([FLAG.good, FLAG.probablyGood]);

function goodOnly(batch: Batch): Batch {
  const rows = Array.from({ length: batch.count }, (_, row) => row).filter((row) => GOOD.has(batch.timeFlag[row]));
  const out = selectRows(batch, rows);
  out.flags.forEach((flags, column) => {
    for (let row = 0; row < out.count; row++) {
      if (GOOD.has(flags[row])) continue;
      out.values[column][row] = Number.NaN;
      flags[row] = FLAG.missing;
    }
  });
  return out;
}

/** `2026-03`, `2026`, `2026-03-01 to 2026-03-17`; `2019, from 2019-05-01` where a deployment begins within. */
export function periodText(series: Series): string {
  const { period, firstDay, lastDay } = series;
  if (period === 'month' || period === 'year') {
    const since = beginsWithin(series);
    return `${periodKey(period, firstDay)}${since === undefined ? '' : `, from ${isoDay(since)}`}`;
  }
  return firstDay === lastDay ? isoDay(firstDay) : `${isoDay(firstDay)} to ${isoDay(lastDay)}`;
}

/**
 * The same for names of files and records: `202603`, `2019-20190501`, `20260301-20260317`, `deployment-20190501`; `-outside` behind
 * days that no deployment covers.
 */
export function periodName(series: Series): string {
  return `${nameWithin(series)}${isCovered(series) ? '' : '-outside'}`;
}

function nameWithin(series: Series): string {
  const { period, firstDay, lastDay, input } = series;
  if (period === 'month' || period === 'year') {
    const since = beginsWithin(series);
    return `${periodKey(period, firstDay).replace('-', '')}${since === undefined ? '' : `-${compactDay(since)}`}`;
  }
  if (period === 'deployment') return `deployment-${compactDay(dayOf(input.deployment.from))}`;
  return firstDay === lastDay ? compactDay(firstDay) : `${compactDay(firstDay)}-${compactDay(lastDay)}`;
}

/** The day on which the deployment begins, where that is behind the first day of the month or year: it shares it with another. */
function beginsWithin(series: Series): number | undefined {
  const since = dayOf(series.input.deployment.from);
  return isCovered(series) && since > series.firstDay ? since : undefined;
}

/** Whether a deployment covers the days: the facts of others are a copy, with nothing in it that is known of the nearest one only. */
function isCovered({ input: { sensor, deployment } }: Series): boolean {
  return sensor.deployments.includes(deployment);
}

/** `MICROCAT_202603_D_good`: prefix of the sensor, period, delayed mode, selection. */
export function seriesStem(series: Series): string {
  const { input, selection } = series;
  const mode = input.release === undefined ? '' : '_D';
  return `${input.sensor.prefix}_${periodName(series)}${mode}${selection === 'good' ? '_good' : ''}`;
}

const UPDATED: Readonly<Record<Period, string>> = { all: 'void', deployment: 'void', month: 'P1M', year: 'P1Y' };

/** The NetCDF description of the whole period. */
export function describeSeries(series: Series): NetcdfFile {
  const file = describeDay(series.input);
  const sheets = sheetsOf(series);
  return {
    ...file,
    attributes: ofPeriod(series, file.attributes),
    variables: sheets.length < 2 ? file.variables : file.variables.map((variable) => withSheets(variable, sheets)),
  };
}

/** The calibration sheets that held at any time of the period, in their order. */
function sheetsOf({ input: { sensor, batch } }: Series): readonly CalibrationSheet[] {
  if (batch.count === 0) return [];
  const [first, last] = [batch.time[0], batch.time[batch.count - 1]];
  return sensor.calibrations.filter(
    ({ validFrom }, i) => validFrom <= last && (sensor.calibrations[i + 1]?.validFrom ?? last + 1) > first,
  );
}

/** The sensor's variable with all sheets, where a day has the one of its noon. */
function withSheets(variable: NetcdfVariable, sheets: readonly CalibrationSheet[]): NetcdfVariable {
  const isSensor = variable.attributes.some(({ name, value }) => name === 'variable_type' && value === 'sensor');
  if (!isSensor) return variable;
  const list = sheets.map(({ validFrom, ...sheet }) => ({ validFrom: iso(validFrom), ...sheet }));
  return {
    ...variable,
    attributes: withTexts(variable.attributes, {
      calibration_valid_from: () => list.map(({ validFrom }) => validFrom).join(', '),
      calibration_source: () => list.flatMap(({ source }) => source ?? []).join('; '),
      calibration_coefficients: () => canonicalJson(list),
    }),
  };
}

/** Its global attributes alone: they are those of its first and last row, so nothing is copied for them. */
export function seriesAttributes(series: Series): NetcdfAttribute[] {
  const { batch } = series.input;
  const ends = selectRows(batch, batch.count === 0 ? [] : [0, batch.count - 1]);
  return ofPeriod(series, describeDay({ ...series.input, batch: ends }).attributes);
}

function ofPeriod(series: Series, attributes: readonly NetcdfAttribute[]): NetcdfAttribute[] {
  const { input, selection } = series;
  const selected = selectionText(selection);
  return withTexts(attributes, {
    title: (text) => (text ?? '').replace(isoDay(input.day), periodText(series)),
    id: (text) => (text ?? '').replace(compactDay(input.day), periodName(series)),
    update_interval: () => UPDATED[series.period],
    comment: (text) => (selected === undefined ? text : [text, selected].filter(Boolean).join(' ')),
  });
}

/** Attributes with some texts set anew: in their place where there are some, else at the end; none where the answer is none. */
export function withTexts(
  attributes: readonly NetcdfAttribute[],
  changes: Readonly<Record<string, (text: string | undefined) => string | undefined>>,
): NetcdfAttribute[] {
  const textOf = (name: string): string | undefined => {
    const value = attributes.find((attribute) => attribute.name === name)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const changed = new Map(Object.entries(changes).map(([name, change]) => [name, change(textOf(name))]));
  const names = [...new Set([...attributes.map(({ name }) => name), ...changed.keys()])];
  return names.flatMap((name): NetcdfAttribute[] => {
    const value = changed.get(name);
    if (changed.has(name)) return value === undefined || value === '' ? [] : [{ name, type: 'char', value }];
    return attributes.filter((attribute) => attribute.name === name);
  });
}
