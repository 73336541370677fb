/** Asks every part of the chain under a directory at once, each within its limit: one that hangs makes none of the others unknown. */
import { readdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS, dayOf, iso } from '@emso/core';
import type { LedgerDay } from '@emso/products';
import { readRunFiles } from '@emso/runtime';
import { greetBroker } from './broker-greeting.ts';
import { comparisonFacts } from './comparison-facts.ts';
import { lastDays, readDays, type SensorDaysOnDisk } from './days-on-disk.ts';
import { deliveryFacts } from './delivery-facts.ts';
import type { ChainFacts, DiskFacts, RawFacts, ServiceFacts } from './facts.ts';
import { greatestOf, type ScrapedService, scrapeServices, sumOf } from './scrape.ts';
import { sensorFacts } from './sensor-facts.ts';
import { readSensorTable, type TableSensor } from './sensor-table.ts';
import { startsOf } from './service-starts.ts';
import { readBacklog, type SpoolFacts } from './spool-backlog.ts';
import { SERVICES } from './supervisor.ts';
import { validationDue } from './validation-due.ts';

/** What comparing spool and archive may take; reading all manifests comes after the services had their time. */
const BACKLOG_LIMIT_MS = 2500;
const MANIFESTS_LIMIT_MS = 1500;
const LEDGER_LIMIT_MS = 1500;
/** Gaps are shown of so many days, today included. */
const GAP_DAYS = 3;
const HOUR_MS = 3_600_000;

type Ledger = Readonly<Record<string, readonly LedgerDay[]>>;

/** What is known now of the chain under `dir`; undefined when there is nothing: no service, no spool, no data. */
export async function gatherFacts(dir: string): Promise<ChainFacts | undefined> {
  const [dataDir, spoolDir, runDir] = ['data', 'spool', 'run'].map((name) => join(dir, name));
  const table = await orNull(readSensorTable(dataDir));
  const [services, ledger, broker, backlog, divergences, disks, comparisons, left] = await Promise.all([
    scrapeServices(runDir),
    askLedger(runDir),
    greetBroker(dir),
    orNull(readBacklog(spoolDir, dataDir, table ?? [], BACKLOG_LIMIT_MS)),
    orNull(divergentRowsEver(dataDir)),
    disksOf(dir),
    orNull(comparisonFacts(dataDir, dayOf(Date.now()))),
    Promise.all([dataDir, spoolDir].map(entriesIn)),
  ]);
  if (services.length === 0 && left.flat().length === 0) return undefined;
  const nowMs = Date.now();
  const roles = await Promise.all(serviceFacts(services, dir, nowMs));
  const manifests = AbortSignal.timeout(MANIFESTS_LIMIT_MS);
  const firstDay = ledger === null ? 0 : lastDays(nowMs, GAP_DAYS);
  const sensors = await Promise.all(
    sensorsKnown(services, table ?? [], backlog ?? []).map(async ({ platform, sensor }) => {
      const known = table?.find((each) => each.platform === platform && each.sensor === sensor);
      const isThis = (each: SpoolFacts): boolean => each.platform === platform && each.sensor === sensor;
      const disk = table && (await orNull(daysOf(dataDir, known, firstDay, manifests)));
      const gapsSince = iso(lastDays(nowMs, GAP_DAYS) * DAY_MS);
      return sensorFacts({
        platform,
        sensor,
        nowMs,
        services,
        acquirer: roles.find(({ name }) => name === 'acquirer')?.state ?? 'not running',
        cadenceMs: known?.cadenceMs ?? cadenceMs(services, sensor),
        spool: backlog === null ? null : backlog.find(isThis),
        ledger: ledger && (ledger[`${platform}/${sensor}`] ?? []),
        disk,
        gapsSince,
        divergentRowsEver: divergences && (divergences.get(sensor) ?? 0),
        validation: table && (await orNull(validationDue(dataDir, known, dayOf(nowMs)))),
      });
    }),
  );
  const checksumFailures =
    greatestOf(
      services.filter(({ name }) => name === 'writer'),
      'emso_archive_checksum_failures_total',
    ) ?? null;
  const deliveries = table && (await orNull(deliveryFacts(dataDir, table, services)));
  return {
    at: iso(nowMs),
    deliveries,
    services: roles,
    broker,
    raw: rawFacts(services),
    disks,
    sensors,
    checksumFailures,
    comparisons,
    ledger,
  };
}

/** The ledger of the writer; null when none gives it in time. */
async function askLedger(runDir: string): Promise<Ledger | null> {
  // A killed writer leaves its address behind: whoever answers is it.
  const writers = (await readRunFiles(runDir)).filter(({ name }) => name === 'writer');
  const asked = writers.map(async ({ url }) => {
    const response = await fetch(`${url}/ledger`, { signal: AbortSignal.timeout(LEDGER_LIMIT_MS) });
    if (!response.ok) throw new Error(`ledger: expected status 200, found ${response.status}`);
    return (await response.json()) as Ledger;
  });
  return orNull(Promise.any(asked));
}

/** What cannot be read is not known: the problem list says so. */
function orNull<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch(() => null);
}

function daysOf(
  dataDir: string,
  known: TableSensor | undefined,
  firstDay: number,
  signal: AbortSignal,
): Promise<SensorDaysOnDisk> {
  // A sensor that no writer ever knew has no files.
  if (known === undefined) return Promise.resolve({ days: [], damaged: [], complete: true });
  return readDays(dataDir, known, firstDay, signal);
}

function sensorsKnown(
  services: readonly ScrapedService[],
  table: readonly TableSensor[],
  spools: readonly SpoolFacts[],
): { platform: string; sensor: string }[] {
  const infos = services.flatMap(({ samples = [] }) => samples.filter(({ name }) => name === 'emso_sensor_info'));
  const all = [
    ...infos.map(({ labels }) => ({ platform: labels['platform'], sensor: labels['sensor'] })),
    ...table,
    ...spools,
  ];
  return [...new Map(all.map(({ platform, sensor }) => [`${platform}/${sensor}`, { platform, sensor }])).values()];
}

function cadenceMs(services: readonly ScrapedService[], sensor: string): number | undefined {
  const seconds = greatestOf(services, 'emso_sensor_expected_interval_seconds', { sensor });
  return seconds === undefined ? undefined : 1000 * seconds;
}

/** One entry a process, and one for each role that has none. */
function serviceFacts(services: readonly ScrapedService[], dir: string, nowMs: number): Promise<ServiceFacts>[] {
  const absent = SERVICES.filter((role) => !services.some(({ name }) => name === role)).map(
    (name): ScrapedService => ({ name, url: '', notReady: 'not running', gone: true }),
  );
  return [...services, ...absent].map(async (service): Promise<ServiceFacts> => {
    const { name, url, samples, notReady, gone } = service;
    const startedSeconds = greatestOf([service], 'process_start_time_seconds');
    const state = gone
      ? 'not running'
      : samples === undefined
        ? 'no answer'
        : notReady === undefined
          ? 'ready'
          : 'not ready';
    return {
      name,
      state,
      why: gone ? null : (notReady ?? null),
      url: url === '' ? null : url,
      startedAt: startedSeconds === undefined ? null : iso(Math.round(startedSeconds * 1000)),
      starts: (await orNull(startsOf(dir, name, nowMs - HOUR_MS))) ?? null,
    };
  });
}

/** What the broker told the acquirer about RAW a moment ago; it forgets it when the broker does not answer any more. */
function rawFacts(services: readonly ScrapedService[]): RawFacts | null {
  const stream = { stream_name: 'RAW' };
  const bytes = greatestOf(services, 'jetstream_stream_total_bytes', stream);
  const limitBytes = greatestOf(services, 'jetstream_stream_limit_bytes', stream);
  const oldestSeconds = greatestOf(services, 'emso_oldest_unarchived_timestamp_seconds', stream);
  if (bytes === undefined || limitBytes === undefined || oldestSeconds === undefined) return null;
  const archiver = { ...stream, consumer_name: 'archiver' };
  return {
    bytes,
    limitBytes,
    unarchivedMessages:
      sumOf(services, 'jetstream_consumer_num_pending', archiver) +
      sumOf(services, 'jetstream_consumer_num_ack_pending', archiver),
    oldestUnarchived: oldestSeconds === 0 ? null : iso(Math.round(oldestSeconds * 1000)),
  };
}

async function disksOf(dir: string): Promise<DiskFacts[]> {
  const disks: DiskFacts[] = [];
  for (const [what, name] of [
    ['data', 'data'],
    ['spool', 'spool'],
    ['store', 'nats'],
  ] as const) {
    const found = await orNull(statfs(join(dir, name)));
    if (found !== null)
      disks.push({ what, freeBytes: found.bavail * found.bsize, sizeBytes: found.blocks * found.bsize });
  }
  return disks;
}

/** Rows of every divergence that was ever noted, by sensor. */
async function divergentRowsEver(dataDir: string): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  const text = await readFile(join(dataDir, 'divergences.jsonl'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  for (const line of text.split('\n')) {
    // Blank between two entries, and perhaps torn at the end.
    if (!line.endsWith('}')) continue;
    const found = JSON.parse(line) as { sensor: string; rows: number };
    rows.set(found.sensor, (rows.get(found.sensor) ?? 0) + found.rows);
  }
  return rows;
}

async function entriesIn(dir: string): Promise<string[]> {
  return (await orNull(readdir(dir))) ?? [];
}
