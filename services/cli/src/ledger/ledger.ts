/** `emso ledger`: one line for each sensor and day, its layers compared with each other. Reads files only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { flagsInForce } from '@emso/core';
import { auditSettled, planObservatory, type SensorPlan } from '@emso/pipeline';
import type { LedgerLine, ManifestGap } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { siteFileOf } from '../root-site.ts';
import { loadExpertFacts, loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { type DayBounds, daysOfRoot, layersOf } from './root-days.ts';

export interface LedgerRequest extends DayBounds {
  readonly data: string;
  readonly sensor?: string | undefined;
  readonly observatory?: string | undefined;
  readonly json?: boolean | undefined;
}

/** A running writer may be half-way through a day: what disagrees is read again after so long. */
const SETTLE_MS = 500;
/** Characters of a digest in the table. */
const SHORT = 8;

/** Prints the ledger; sets exit code 1 when two layers of any day disagree. Throws CommandFailure 2 for an unknown sensor, 3 without data. */
export async function ledger(request: LedgerRequest): Promise<void> {
  const plans = await plansOf(request);
  const days = await Promise.all(plans.map(({ sensor }) => daysOfRoot(request.data, sensor, request)));
  const hasRaw = existsSync(join(request.data, 'raw'));
  const progress = startProgress(
    'days',
    days.reduce((sum, own) => sum + own.length, 0),
  );
  const lines: LedgerLine[] = [];
  for (const [i, plan] of plans.entries()) {
    for (const day of days[i]) {
      const line = await lineOf(request.data, plan, day);
      progress.step();
      if (request.json) process.stdout.write(`${JSON.stringify(line)}\n`);
      lines.push(line);
    }
  }
  progress.stop();
  const wrong = lines.filter(({ mismatches }) => mismatches.length > 0);
  if (!request.json) process.stdout.write(ledgerText(lines));
  const count = `${lines.length} day${lines.length === 1 ? '' : 's'}, ${wrong.length === 0 ? 'all layers agree' : `${wrong.length} whose layers disagree`}`;
  process.stderr.write(`${count}${hasRaw ? '' : '; there is no raw archive here to compare with'}\n`);
  if (wrong.length > 0) process.exitCode = EXIT.problem;
}

function lineOf(dataDir: string, plan: SensorPlan, day: number): Promise<LedgerLine> {
  let readings = 0;
  const read = async () => {
    if (readings++ > 0) await pause(SETTLE_MS);
    return layersOf(dataDir, plan.sensor, day);
  };
  return auditSettled(plan, day, read, Date.now());
}

async function plansOf({ data, sensor, observatory }: LedgerRequest): Promise<readonly SensorPlan[]> {
  const file = await siteFileOf(data, observatory);
  const site = loadSiteFile(file);
  const { plans } = planObservatory(site, flagsInForce(loadExpertFacts(file, site).flags));
  if (sensor === undefined) return plans;
  const found = plans.filter((plan) => plan.sensor.id === sensor);
  if (found.length > 0) return found;
  const ids = plans.map((plan) => plan.sensor.id).join(', ');
  throw new CommandFailure(EXIT.usage, `--sensor: expected one of ${ids}, found '${sensor}'`);
}

/** The table for people, and below it every mismatch in words. */
export function ledgerText(lines: readonly LedgerLine[]): string {
  if (lines.length === 0) return '';
  const heading = ['sensor', 'day', 'state', 'expected', 'received', 'decoded', 'rejected', 'flagged', 'rows', 'bytes'];
  const rows = lines.map((line) => [
    line.sensor,
    line.day,
    `${line.state}${line.version > 0 ? ` v${line.version}` : ''}`,
    line.expected,
    line.received,
    line.decoded ?? '-',
    line.rejected,
    line.flagged,
    line.rows,
    line.bytes,
    line.hashes.csv.slice(0, SHORT) || '-',
    line.hashes.netcdf.slice(0, SHORT) || '-',
    line.hashes.raw.replace('dat:', '').slice(0, SHORT) || '-',
    gapsText(line.gaps),
  ]);
  const wrong = lines.flatMap(({ sensor, day, mismatches }) =>
    mismatches.map((mismatch) => `! ${sensor} ${day}: ${mismatch}\n`),
  );
  return formatTable([[...heading, 'csv', 'netcdf', 'raw', 'gaps: samples missing'], ...rows]) + wrong.join('');
}

/** `2: 1412 acquirer-stopped, 5 silence` */
function gapsText(gaps: readonly ManifestGap[]): string {
  if (gaps.length === 0) return '-';
  const causes = [...Map.groupBy(gaps, ({ cause }) => cause)].map(
    ([cause, own]) => `${own.reduce((sum, { missing }) => sum + missing, 0)} ${cause}`,
  );
  return `${gaps.length}: ${causes.join(', ')}`;
}
