/** `emso status`: what runs, what comes in, which days are open or dirty. The services are asked; nothing is guessed. */
import { join } from 'node:path';
import { iso } from '@emso/core';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { formatTable } from '../table.ts';
import { type ScrapedService, scrapeServices, sumOf } from './scrape.ts';
import { SERVICES } from './supervisor.ts';
import { askWriter } from './writer-client.ts';

interface LedgerDay {
  readonly day: string;
  readonly state: string;
  readonly rows: number;
  readonly dirty: boolean;
  readonly stale: boolean;
}

interface SensorStatus {
  readonly sensor: string;
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
  const ledger = await askWriter<Record<string, LedgerDay[]>>(join(dir, 'data'), '/ledger').catch(() => ({}));
  const sensors = sensorRows(services, ledger);
  const missing = SERVICES.filter((name) => !services.some((service) => service.name === name));
  const problems = [
    ...missing.map((name) => `${name}: not running`),
    ...services.flatMap(({ name, notReady }) => (notReady === undefined ? [] : [`${name}: ${notReady}`])),
    ...sensors.flatMap((row) => [
      ...(row.link === 'down' ? [`${row.sensor}: no link to its converter`] : []),
      ...(row.divergentRows > 0 ? [`${row.sensor}: ${row.divergentRows} rows differed from the rebuild`] : []),
      ...(row.staleDays > 0
        ? [`${row.sensor}: ${row.staleDays} sealed days of another build (emso seal --stale)`]
        : []),
    ]),
  ];
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

function print(sensors: readonly SensorStatus[], problems: readonly string[]): void {
  const heading = [
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
  const rows = sensors.map((row) => [
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
  process.stdout.write(formatTable([heading, ...rows]));
  process.stdout.write(problems.length === 0 ? 'all well\n' : problems.map((problem) => `! ${problem}\n`).join(''));
}
