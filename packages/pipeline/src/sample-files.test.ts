/**
 * Files made from every capture of the shared collection, as if the sensor of its model at the observatory had sent it: judged by
 * EMSO's tables, by CF and ACDD, and by the rules of `emso validate`. Where the collection is not beside the checkout, nothing is.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compactDay, dayOf, type RawRun } from '@emso/core';
import { asksHeader, framingOf, INSTRUMENTS, readDatRows, readLines, readRecords } from '@emso/instruments';
import { decodeNetcdf3, findingsOf, NETCDF_RULES } from '@emso/products';
import { parseDocument } from 'yaml';
import { readNetcdf } from '../../../test/support/netcdf-reader.ts';
import { acddFaults, cfFaults } from '../test/cf-acdd.ts';
import { completed, plansOf, SITE_TEXT, withNetcdf } from '../test/described-days.ts';
import { emsoFindings, emsoTables, TABLES_MISSING } from '../test/emso-tables.ts';
import { rebuildDay } from './day.ts';
import type { SensorPlan } from './plan.ts';

const SAMPLES = new URL('../../../../shared/instruments/samples/', import.meta.url);
const MAPPING = new URL('mapping.json', SAMPLES);
const skip = TABLES_MISSING || (existsSync(MAPPING) ? false : 'the sample collection is not beside this checkout');
const NOON = Date.UTC(2021, 5, 1, 12);

interface Entry {
  readonly file: string;
  readonly model: string;
  readonly settings: object;
  readonly input: 'lines' | 'rows' | 'bytes';
  readonly strip: string | null;
  readonly lines?: readonly number[];
  readonly count: number;
}

/** The plan of the sensor of this model at the observatory, with the settings of the capture since 2000. */
function planOf({ model, settings }: Entry, netcdf: string): SensorPlan {
  const document = parseDocument(withNetcdf(completed(SITE_TEXT), netcdf));
  const { platforms } = document.toJS() as {
    platforms: { sensors: { id: string; model: string; deployments: object[] }[] }[];
  };
  for (const [p, { sensors }] of platforms.entries()) {
    const s = sensors.findIndex((sensor) => sensor.model === model);
    if (s < 0) continue;
    const last = sensors[s].deployments.at(-1);
    const only = { ...last, from: '2000-01-01T00:00:00Z', to: undefined, timePolicy: 'received', settings };
    document.setIn(['platforms', p, 'sensors', s, 'deployments'], [only]);
    const found = plansOf(document.toString()).find(({ sensor }) => sensor.id === sensors[s].id);
    assert.ok(found);
    return found;
  }
  throw new Error(`expected a sensor of ${model} in the site file, found none`);
}

/** The records of a capture, one each second from noon where it has no reception times; what its logger said is left out. */
function runOf({ file, model, settings, input, strip, lines }: Entry): RawRun {
  const bytes = readFileSync(new URL(file, SAMPLES));
  if (input === 'rows') return readDatRows(bytes).run;
  const instrument = INSTRUMENTS.get(model)!;
  const framing = framingOf(instrument, instrument.settings.parse(settings));
  const run = input === 'bytes' && 'scan' in framing ? readRecords(bytes, framing) : readLines(bytes);
  for (let i = 0; i < run.count; i++) {
    run.received[i] = NOON + i * 1000;
    const text = Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1');
    const prefix = strip === null ? '' : new RegExp(strip).exec(text)?.[0];
    const isTaken = prefix !== undefined && (lines === undefined || lines.includes(i));
    run.start[i] = isTaken ? run.start[i] + prefix.length : run.end[i];
  }
  return run;
}

test('every capture gives files without a finding', { skip }, async (t) => {
  const { entries } = JSON.parse(readFileSync(MAPPING, 'utf8')) as { entries: Entry[] };
  const tables = emsoTables();
  const models = new Set<string>();
  for (const [i, entry] of entries.entries()) {
    const asked = INSTRUMENTS.get(entry.model)!.settings.parse(entry.settings);
    const why = asksHeader(asked) ? 'an upload, which is imported with its header' : false;
    await t.test(`${i} ${entry.file}`, { skip: entry.count === 0 ? 'holds no observation' : why }, (t) => {
      const run = runOf(entry);
      const day = dayOf(run.received[0]);
      for (const profile of ['emso', 'cf'] as const) {
        const plan = planOf(entry, `{ profile: ${profile} }`);
        const { netcdf, batch } = rebuildDay(plan, day, run, 'sealed', () => 'dat:');
        assert.ok(batch.count > 0, 'rows');
        const file = readNetcdf(netcdf);
        const name = `${plan.sensor.prefix}_${compactDay(day)}.nc`;
        const ours = findingsOf(NETCDF_RULES, { file: decodeNetcdf3(netcdf), name, profile });
        assert.deepEqual(
          ours.filter(({ severity }) => severity === 'error'),
          [],
        );
        const { findings, checked } = emsoFindings(file, tables);
        if (profile === 'emso') {
          assert.deepEqual(
            findings.filter(({ required, fault }) => required || fault !== 'is missing'),
            [],
          );
          t.diagnostic(`${batch.count} rows; ${checked} rows of EMSO's tables`);
        } else {
          assert.deepEqual([...cfFaults(file, tables.standardNames, '1.6'), ...acddFaults(file)], []);
        }
      }
      models.add(entry.model);
    });
  }
  assert.equal(models.size, 5, [...models].join());
});
