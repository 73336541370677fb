/**
 * Digests of many product days, for a comparison of machines and Node versions: the fixtures of every instrument and a few
 * thousand generated lines, under every time policy. Uses nothing but the pure packages; run as a program it reads the inputs
 * as JSON from its standard input and prints the digests as JSON.
 */
import { createHash } from 'node:crypto';
import { type RawRecord, type RawRun, runOfRecords, sessionId } from '@emso/core';
import { rebuildDay } from '../src/day.ts';
import type { SensorPlan } from '../src/plan.ts';
import { deployment, PLANS, planOf } from './plans.ts';

/** Lines of one fixture, each as latin-1 text, and the settings they are read with. */
export interface DigestInput {
  readonly model: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** A calibration sheet, for lines of counts. */
  readonly coefficients?: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

const MIDNIGHT = Date.UTC(2020, 2, 1);
const DAY = MIDNIGHT / 86_400_000;

const SITE_CONSTANTS = [{ validFrom: '2017-01-01T00:00:00Z', salinity: 38.48, pressureDbar: 2505.6 }];

/** SHA-256 of CSV, NetCDF and manifest content of a day of each input and of each generated stream, by name. */
export function digests(inputs: readonly DigestInput[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { model, name, settings, coefficients, lines } of inputs) {
    const calibrations = coefficients === undefined ? [] : [{ validFrom: '2019-01-01T00:00:00Z', ...coefficients }];
    const deployments = [deployment({ settings })];
    const plan = planOf(
      { model, csvColumns: {}, qc: [], calibrations, deployments },
      { siteConstants: SITE_CONSTANTS },
    );
    found[`${model}/${name}`] = digestOf(plan, runOf(lines));
  }
  for (const [name, plan] of Object.entries(PLANS)) found[name] = digestOf(plan, runOf(generatedLines(3000)));
  return found;
}

function digestOf(plan: SensorPlan, run: RawRun): string {
  const hash = createHash('sha256');
  for (const day of [DAY - 1, DAY, DAY + 1]) {
    const { csv, netcdf, content } = rebuildDay(plan, day, run, 'sealed');
    hash.update(csv).update(netcdf).update(JSON.stringify(content));
  }
  return hash.digest('hex');
}

function runOf(lines: readonly string[]): RawRun {
  const session = sessionId(MIDNIGHT, '00000000');
  return runOfRecords(
    lines.map(
      (text, i): RawRecord => ({
        session,
        seq: i + 1,
        receivedMs: MIDNIGHT + i * 13_337,
        kind: 'line',
        bytes: Buffer.from(text, 'latin1'),
      }),
    ),
  );
}

/** MicroCAT lines with numbers of every size, half of them with a clock: the same on every machine. */
function generatedLines(count: number): string[] {
  let state = 20_200_301;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
  return Array.from({ length: count }, (_, i) => {
    const fields = [
      (below(400_000) / 10_000 - 5).toFixed(4),
      (below(700_000) / 100_000).toFixed(5),
      (below(7_000_000) / 1000 - 10).toFixed(3),
    ];
    if (i % 7 === 0) fields.push((below(450_000) / 10_000).toFixed(4));
    if (i % 2 === 0) {
      const clock = new Date(MIDNIGHT + i * 13_337 - below(200_000)).toISOString();
      const month = clock.slice(5, 7) === '02' ? 'Feb' : 'Mar';
      fields.push(`${clock.slice(8, 10)} ${month} ${clock.slice(0, 4)}`, clock.slice(11, 19));
    }
    return `${fields.join(', ')}\r`;
  });
}

if (process.argv[1] === import.meta.filename) {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  process.stdout.write(JSON.stringify(digests(JSON.parse(Buffer.concat(chunks).toString('utf8')) as DigestInput[])));
}
