/** A day of every sensor of the real site file, made from lines of the instruments' own fixtures. */
import { readFileSync } from 'node:fs';
import { dayOf, type Observatory, type ObservatoryCheck, parseObservatory, type RawRun } from '@emso/core';
import { readDatRows } from '@emso/instruments';
import { type DayForm, type DayProducts, rebuildDay, rebuildEveryDay } from '../src/day.ts';
import { type Netcdf4Encoder, planObservatory, type SensorPlan } from '../src/plan.ts';
import { record, runOf } from './streams.ts';

const SITE = new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url);
const FIXTURES = new URL('../../instruments/src/', import.meta.url);
const ARRIVED = Date.UTC(2020, 2, 2, 6);

/** The text of the real site file. */
export const SITE_TEXT = readFileSync(SITE, 'utf8');

export function siteOf(text: string, check?: ObservatoryCheck): Observatory {
  return parseObservatory(text, 'emso-ligure-ouest.yaml', check);
}

/**
 * The same with facts in the place of every `unknown` that EMSO requires. They are made up, and stand in no site file: what they
 * show is that a complete site file gives complete files.
 */
export function completed(text: string): string {
  const l22: Readonly<Record<string, string>> = {
    'sbe37-microcat': 'TOOL1457',
    'aanderaa-optode': 'TOOL1239',
    'nortek-aquadopp': 'TOOL0476',
    'seafloor-pressure': 'TOOL0931',
  };
  let model = '';
  return text
    .split('\n')
    .map((line) => {
      model = /^ +model: ([a-z0-9-]+)/.exec(line)?.[1] ?? model;
      return line
        .replace(
          /^( +)l22: unknown.*/,
          `$1l22: ${l22[model]}${model === 'seafloor-pressure' ? '\n$1l35: MAN0302' : ''}`,
        )
        .replace(/^( +)serial: unknown/, '$1serial: "4711"')
        .replace(/^( +)latitude: unknown/, '$1latitude: 42.75')
        .replace(/^( +)longitude: unknown/, '$1longitude: 6.05');
    })
    .join('\n');
}

/** The same with these settings of NetCDF files. */
export function withNetcdf(text: string, settings: string): string {
  return text.replace(/^ {2}netcdf: .*$/m, `  netcdf: ${settings}`);
}

const daily = (name: string): RawRun => readDatRows(readFileSync(new URL(`${name}/input.dat`, FIXTURES))).run;

const AQUADOPP =
  ' 00000000 00110001    0.123   -0.045    0.006   130   126   125  13.0 1541.2 1541.2 141.7   1.5  -0.9 2500.086 2471.064  13.43     0 14489    0.131   110.10';

/** Lines of the sensors of the cable, of June and August 2019 and later; of the mooring, packets that arrived on another day. */
const LINES: Readonly<Record<string, () => RawRun>> = {
  'sbe37-microcat': () => daily('sbe37-microcat/fixtures/mii-daily-rows'),
  'aanderaa-optode': () => daily('aanderaa-optode/fixtures/daily-rows'),
  'wetlabs-cstar': () => daily('wetlabs-cstar/fixtures/daily-rows'),
  'nortek-aquadopp': () => daily('nortek-aquadopp/fixtures/daily-rows'),
  'seafloor-pressure': () => daily('seafloor-pressure/fixtures/digiquartz-daily-rows'),
  'sbe37-microcat relayed': () =>
    runOf(
      [0, 1, 2].map((i) =>
        record(1 + i, ARRIVED + i, `13.2974,  3.91051, 2501.987,  38.4794, 01 Mar 2020, 0${i}:30:00\r`),
      ),
    ),
  'nortek-aquadopp relayed': () =>
    runOf([0, 1, 2].map((i) => record(1 + i, ARRIVED + i, `03 01 2020 0${i} 30 00${AQUADOPP}\r`))),
};

/** The lines that a day of a sensor is made of. */
export function linesOf({ sensor, byReception }: SensorPlan): RawRun {
  const lines = LINES[`${sensor.model}${byReception ? '' : ' relayed'}`];
  if (lines === undefined) throw new Error(`${sensor.id}: expected lines for ${sensor.model}, found none`);
  return lines();
}

/** Historical files have no record ids to make a digest of. */
const OF_FILES = (): string => 'dat:';

/** The first day of those lines. */
export function describedDay(plan: SensorPlan, form: DayForm = 'sealed'): DayProducts {
  const run = linesOf(plan);
  if (plan.byReception) return rebuildDay(plan, dayOf(run.received[0]), run, form, OF_FILES);
  const [first] = rebuildEveryDay(plan, run, form);
  return first;
}

export function plansOf(text: string, netcdf4?: Netcdf4Encoder): readonly SensorPlan[] {
  return planObservatory(siteOf(text), [], netcdf4).plans;
}
