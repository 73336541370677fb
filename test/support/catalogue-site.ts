/** The real site file with a ledger that never changes: what catalogue tests look at, and the golden records are made of. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dayOfCivil, type Observatory, parseIso, parseObservatory, type Sensor } from '@emso/core';
import { catalogueInput, settingsFaults } from '@emso/pipeline';
import { type CatalogueModel, catalogueModel, EMPTY_LEDGER, isoRecords, type LedgerSummary } from '@emso/products';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
export const SITE_FILE = path.join(ROOT, 'deploy', 'observatory', 'emso-ligure-ouest.yaml');
/** The specification beside the checkout; absent on most machines. */
export const SHARED = path.join(ROOT, '..', 'shared', 'iso19139');

export function siteText(): string {
  return readFileSync(SITE_FILE, 'utf8');
}

export function siteOf(text: string): Observatory {
  return parseObservatory(text, 'site.yaml', settingsFaults);
}

/** Days from the first of a month on, all sealed but the last. */
function ledger(year: number, days: number, rowsADay: number, build: string): LedgerSummary {
  const firstDay = dayOfCivil(year, 5, 1);
  return {
    days,
    firstDay,
    lastDay: firstDay + days - 1,
    rows: days * rowsADay,
    csvBytes: days * rowsADay * 70,
    netcdfBytes: days * rowsADay * 60,
    files: 2 * days,
    sealedDays: days - 1,
    builds: [build],
  };
}

const LEDGERS: ReadonlyMap<string, LedgerSummary> = new Map([
  ['microcat', ledger(2019, 2700, 720, 'd1.v2.q2.p2-0123456789ab')],
  ['oxygen', ledger(2019, 2700, 1440, 'd1.v2.q2.p2-123456789abc')],
  ['cstar', ledger(2019, 2690, 1440, 'd1.v2.q2.p2-23456789abcd')],
  ['albatross-microcat-0500', ledger(2021, 1800, 48, 'd1.v2.q2.p2-3456789abcde')],
  ['albatross-microcat-2400', ledger(2020, 2100, 48, 'd1.v2.q2.p2-456789abcdef')],
]);

/** The model of a site; ledgers as above, or none. */
export function modelOf(site: Observatory, ledgers = LEDGERS): CatalogueModel {
  const input = catalogueInput(site, ledgers);
  if (input === undefined) throw new Error('expected metadata in the site file, found none');
  // Data versions and tests of their own: the golden records change with what records say, not with every product or threshold.
  const versions = { decoder: 1, derivation: 2, qc: 2, product: 2 };
  const tests = { grossRange: {}, spike: {}, step: {}, flatLine: {} };
  const qc = [{ validFrom: parseIso('2017-01-01'), TEMP: tests }] as unknown as Sensor['qc'];
  const sensors = input.sensors.map((source) => ({ ...source, versions, sensor: { ...source.sensor, qc } }));
  return catalogueModel({ ...input, sensors });
}

export function emptyLedgers(): ReadonlyMap<string, LedgerSummary> {
  return new Map([...LEDGERS.keys()].map((id) => [id, EMPTY_LEDGER]));
}

/** The record of an id, from the real site file. */
export function recordOf(id: string, model = modelOf(siteOf(siteText()))): string {
  const [found] = isoRecords({ ...model, entries: model.entries.filter((entry) => entry.id === id) });
  if (found === undefined) throw new Error(`expected a record of ${id}, found none`);
  return found.xml;
}

/** A golden file's text; `UPDATE_GOLDEN=1` writes `actual` there first, to be read by a person. */
export function golden(name: string, actual: string): string {
  const file = path.join(ROOT, 'test', 'golden', 'catalogue', name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  return readFileSync(file, 'utf8');
}
