/** `emso status`: what runs, what comes in, which days are open or dirty. The services are asked; nothing is guessed. */
import { join } from 'node:path';
import { iso, parseIso } from '@emso/core';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { formatTable } from '../table.ts';
import { maxOf, type ScrapedService, scrapeServices, sumOf } from './scrape.ts';
import { SERVICES } from './supervisor.ts';
import { askWriter } from './writer-client.ts';

/** A sensor that says nothing for so many cadences, and at least so long, is silent. */
const SILENCE_CADENCES = 4;
const SILENCE_FLOOR_MS = 60_000;
/** Lines reach the broker within milliseconds: so long means that it does not take them. */
const UNPUBLISHED_LIMIT_MS = 15_000;

interface LedgerDay {
  readonly day: string;
  readonly state: string;
  readonly rows: number;
  readonly dirty: boolean;
  readonly stale: boolean;
}

interface SensorStatus {
  readonly sensor: string;
  readonly cadenceMs: number;
  readonly link: 'up' | 'down' | 'not acquired';
  readonly lastLine: string | undefined;
  readonly unpublishedSince: string | undefined;
  readonly decoded: number;
  readonly rejected: number;
  readonly openDays: number;
  readonly dirtyDays: number;
  readonly staleDays: number;
  readonly divergentRows: number;
}

/** Prints the state of the chain under `dir`. Throws CommandFailure 3 when nothing runs there; sets exit code 1 on a problem. */
export async function status(dir: string, json: boolean): Promise<void> {
  const services = await scrapeServices(join(dir, 'run'));
  if (!services.some(({ samples }) => samples !== undefined)) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected running services under ${dir}, found none: start them with emso up --dir ${dir}`,
    );
  }
  const problems: string[] = [];
  const ledger = await askWriter<Record<string, LedgerDay[]>>(join(dir, 'data'), '/ledger').catch((error: Error) => {
    problems.push(error.message);
    return {};
  });
  const sensors = sensorRows(services, ledger);
  if (sensors.length === 0) problems.push('no service says which sensors there are');
  for (const name of SERVICES)
    if (!services.some((service) => service.name === name)) problems.push(`${name}: not running`);
  for (const { name, notReady } of services) if (notReady !== undefined) problems.push(`${name}: ${notReady}`);
  for (const row of sensors)
    problems.push(...problemsOf(row, Date.now()).map((problem) => `${row.sensor}: ${problem}`));
  if (json)
    process.stdout.write(
      `${JSON.stringify({ services: services.map(({ name, url, notReady }) => ({ name, url, notReady })), sensors, ledger, problems })}\n`,
    );
  else print(sensors, problems);
  if (problems.length > 0) process.exitCode = EXIT.problem;
}

function sensorRows(
  services: readonly ScrapedService[],
  ledger: Readonly<Record<string, LedgerDay[]>>,
): SensorStatus[] {
  const infos = services.flatMap(({ samples = [] }) => samples.filter(({ name }) => name === 'emso_sensor_info'));
  const ids = new Map(infos.map(({ labels }) => [labels['sensor'], labels['platform']]));
  return [...ids].map(([sensor, platform]) => {
    const labels = { sensor };
    const has = (name: string): boolean =>
      services.some(({ samples = [] }) => samples.some((s) => s.name === name && s.labels['sensor'] === sensor));
    const instant = (name: string): string | undefined => {
      const seconds = sumOf(services, name, labels);
      return seconds > 0 ? iso(Math.round(seconds * 1000)) : undefined;
    };
    const days = ledger[`${platform}/${sensor}`] ?? [];
    return {
      sensor,
      cadenceMs: 1000 * maxOf(services, 'emso_sensor_expected_interval_seconds', labels),
      link: !has('emso_source_connected')
        ? 'not acquired'
        : sumOf(services, 'emso_source_connected', labels) === 1
          ? 'up'
          : 'down',
      lastLine: instant('emso_sensor_last_line_timestamp_seconds'),
      unpublishedSince: instant('emso_spool_oldest_unpublished_timestamp_seconds'),
      decoded: sumOf(services, 'emso_samples_decoded_total', labels),
      rejected: sumOf(services, 'emso_decode_failures_total', labels),
      openDays: days.filter(({ state }) => state === 'open').length,
      dirtyDays: days.filter(({ dirty }) => dirty).length,
      staleDays: days.filter(({ stale }) => stale).length,
      divergentRows: sumOf(services, 'emso_fast_path_divergence_rows_total', labels),
    };
  });
}

/** What somebody should look at, in the order in which it matters. */
function problemsOf(row: SensorStatus, nowMs: number): string[] {
  const problems: string[] = [];
  const ageMs = (instant: string | undefined): number =>
    instant === undefined ? 0 : nowMs - (parseIso(instant) ?? nowMs);
  if (row.link === 'down') problems.push('no link to its converter');
  const silentMs = ageMs(row.lastLine);
  if (row.link === 'up' && silentMs > Math.max(SILENCE_FLOOR_MS, SILENCE_CADENCES * row.cadenceMs)) {
    problems.push(`silent for ${Math.round(silentMs / 1000)} s`);
  }
  if (ageMs(row.unpublishedSince) > UNPUBLISHED_LIMIT_MS) {
    problems.push(`lines since ${row.unpublishedSince} wait in the spool: does nats-server take messages?`);
  }
  if (row.divergentRows > 0) problems.push(`${row.divergentRows} rows differed from the rebuild`);
  if (row.staleDays > 0) problems.push(`${row.staleDays} sealed days of another build (emso seal --stale)`);
  return problems;
}

const HEADING = [
  'sensor',
  'link',
  'last line',
  'unpublished since',
  'decoded',
  'rejected',
  'open',
  'dirty',
  'stale',
  'divergent',
];

function print(sensors: readonly SensorStatus[], problems: readonly string[]): void {
  // Those that nothing is known of yet would drown the others: they share a line at the end.
  const idle = sensors.filter((row) => row.link === 'not acquired' && row.openDays + row.staleDays + row.decoded === 0);
  const rows = sensors
    .filter((row) => !idle.includes(row))
    .map((row) => [
      row.sensor,
      row.link,
      row.lastLine ?? '-',
      row.unpublishedSince ?? '-',
      row.decoded,
      row.rejected,
      row.openDays,
      row.dirtyDays,
      row.staleDays,
      row.divergentRows,
    ]);
  if (rows.length > 0) process.stdout.write(formatTable([HEADING, ...rows]));
  if (idle.length > 0) process.stdout.write(`not acquired: ${idle.map((row) => row.sensor).join(', ')}\n`);
  process.stdout.write(problems.length === 0 ? 'all well\n' : problems.map((problem) => `! ${problem}\n`).join(''));
}
