/**
 * `npm run bench`: how fast the parts and the whole are on this machine, in one run, with what the hardware could do beside it.
 * Compare ratios within a run: machines are shared, and the same work takes half as long again a minute later.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { temporaryDirectory } from '../test/support/servers.ts';
import { LINES_PER_DAY, writeArchive } from './archive.ts';
import { bareLoop } from './floor.ts';
import { measureLatency } from './latency.ts';

const DAYS = 30;
const ROUNDS = 5;
/** Long enough that the start of the command is a small part of it. */
const SEASON_DAYS = 120;
/** What the observatory's scripts were said to do on such an archive, on another machine, when this project was planned. */
const QUOTED_PYTHON_LINES_PER_S = 165_000;
const ROOT = path.resolve(import.meta.dirname, '..');

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function rate(linesPerS: number): string {
  return `${(linesPerS / 1e6).toFixed(2)} M lines/s`;
}

say(`${cpus().length} cores, ${cpus()[0].model}, Node ${process.version}`);
say('\nOne core, by part');
for (const part of ['instruments', 'products', 'qc']) {
  spawnSync(process.execPath, [path.join(ROOT, 'packages', part, 'bench.ts')], { stdio: 'inherit' });
}
spawnSync(process.execPath, [path.join(ROOT, 'bench/seawater.ts')], { stdio: 'inherit' });
spawnSync(process.execPath, [path.join(ROOT, 'bench/qc.ts')], { stdio: 'inherit' });

const dir = temporaryDirectory('bench');
const month = path.join(dir, 'month');
const season = path.join(dir, 'season');
const { lines, bytes } = writeArchive(month, DAYS);
const { lines: seasonLines } = writeArchive(season, SEASON_DAYS);
say(
  `\nReprocessing historical .dat days of ${LINES_PER_DAY} lines, CSV, NetCDF and manifests written; medians of ${ROUNDS} runs`,
);

const files = readdirSync(month).map((name) => path.join(month, name));
const scratch = path.join(dir, 'scratch');
mkdirSync(scratch);
const floors = Array.from({ length: ROUNDS + 1 }, () => {
  const startMs = performance.now();
  bareLoop(files, scratch);
  return lines / ((performance.now() - startMs) / 1000);
});
const floor = median(floors.slice(1));
say(`  floor: a bare byte loop that only rewrites the columns, one core      ${rate(floor)}`);

const python = plainPython();
say(
  python === undefined
    ? '  plain Python: not measured, python3-netcdf4 is not installed'
    : `  plain Python (bench/today.py), one core                               ${rate(python)}`,
);

for (const [title, archive, count] of [
  [`${DAYS} days, ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB`, month, lines],
  [`${SEASON_DAYS} days, ${seasonLines} lines`, season, seasonLines],
] as const) {
  for (const workers of [1, 2]) {
    const runs = Array.from({ length: ROUNDS }, () => reprocessOnce(archive, path.join(dir, 'out'), workers));
    const whole = count / median(runs.map((run) => run.wallS));
    const inside = count / median(runs.map((run) => run.seconds));
    say(`  ${title}, ${workers} worker${workers === 1 ? '' : 's'}`);
    say(`    whole command            ${compared(whole)}, 1/${((floor * workers) / whole).toFixed(1)} of the floor`);
    say(`    without Node's own start ${compared(inside)}`);
    say(`    peak memory              ${Math.max(...runs.map((run) => run.maxRssMb)).toFixed(0)} MB`);
  }
}

/** The plain Python program beside this file; a part of the archive is enough for it. Undefined where Python or netCDF4 is missing. */
function plainPython(): number | undefined {
  const runs = Array.from({ length: 3 }, () =>
    spawnSync('/usr/bin/python3', ['bench/today.py', scratch, ...files.slice(0, 6)], { cwd: ROOT, encoding: 'utf8' }),
  );
  return runs.every(({ status }) => status === 0) ? median(runs.map(({ stdout }) => Number(stdout))) : undefined;
}

function compared(linesPerS: number): string {
  const here = python === undefined ? '' : `${(linesPerS / python).toFixed(1)} × plain Python here, `;
  return `${rate(linesPerS)} (${here}${(linesPerS / QUOTED_PYTHON_LINES_PER_S).toFixed(1)} × the 0.165 M quoted for today's scripts)`;
}

interface ReprocessRun {
  /** Of the whole command, Node's start included. */
  readonly wallS: number;
  /** From the call of `reprocess` to its end. */
  readonly seconds: number;
  readonly maxRssMb: number;
}

function reprocessOnce(raw: string, out: string, workers: number): ReprocessRun {
  rmSync(out, { recursive: true, force: true });
  const emso = ['services/cli/src/main.ts', 'reprocess', '--raw', raw, '--out', out, '--workers', String(workers)];
  const startMs = performance.now();
  const whole = spawnSync(process.execPath, emso, { cwd: ROOT, encoding: 'utf8' });
  const wallS = (performance.now() - startMs) / 1000;
  if (whole.status !== 0) throw new Error(`emso reprocess: expected exit 0, found ${whole.status}: ${whole.stderr}`);
  rmSync(out, { recursive: true, force: true });
  const measured = ['bench/reprocess-measured.ts', raw, out, String(workers)];
  const inner = spawnSync(process.execPath, measured, { cwd: ROOT, encoding: 'utf8' });
  if (inner.status !== 0) throw new Error(`${measured[0]}: expected exit 0, found ${inner.status}: ${inner.stderr}`);
  return { ...(JSON.parse(inner.stdout) as Omit<ReprocessRun, 'wallS'>), wallS };
}

say(
  '\nThe live chain, one sensor at 100 lines/s, from reception at the socket to the row in the CSV on disk (fsynced)',
);
const latency = await measureLatency(2000, 10);
say(
  `  ${latency.rows} rows: p50 ${latency.p50Ms.toFixed(0)} ms, p99 ${latency.p99Ms.toFixed(0)} ms, worst ${latency.worstMs.toFixed(0)} ms`,
);
say(`  resident memory: ${latency.memoryMb.map(({ service, mb }) => `${service} ${mb.toFixed(0)} MB`).join(', ')}`);

say('\nEvery sensor of the site file for two years, `emso reprocess`');
spawnSync(process.execPath, [path.join(ROOT, 'bench/two-years.ts')], { stdio: ['ignore', 'inherit', 'ignore'] });
