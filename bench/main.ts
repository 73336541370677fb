/**
 * `npm run bench`: how fast the parts and the whole are on this machine, in one run, with what the hardware could do beside it.
 * Nothing here is compared with numbers of another machine but today's Python figure, which is quoted as such.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { temporaryDirectory } from '../test/support/servers.ts';
import { writeArchive } from './archive.ts';
import { bareLoop } from './floor.ts';
import { measureLatency } from './latency.ts';

const DAYS = 30;
const ROUNDS = 5;
/** Lines per second of today's Python decoder on this archive, one core, as measured when the project was planned. */
const PYTHON_LINES_PER_S = 165_000;
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

const dir = temporaryDirectory('bench');
const archive = path.join(dir, 'archive');
const { lines, bytes } = writeArchive(archive, DAYS);
const files = readdirSync(archive).map((name) => path.join(archive, name));
say(
  `\nReprocessing ${DAYS} historical .dat days, ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB, CSV and NetCDF written`,
);
const floors: number[] = [];
const out = path.join(dir, 'floor');
mkdirSync(out);
for (let round = 0; round < ROUNDS; round++) {
  const startMs = performance.now();
  bareLoop(files, out);
  floors.push(lines / ((performance.now() - startMs) / 1000));
}
const floor = median(floors.slice(1));
say(`  floor: a bare byte loop that only rewrites the columns, one core   ${rate(floor)}`);
for (const workers of [1, 2]) {
  const runs = Array.from({ length: ROUNDS }, (_, round) =>
    reprocessOnce(archive, path.join(dir, `out-${workers}-${round}`), workers),
  );
  const whole = lines / median(runs.map((run) => run.wallS));
  const inside = lines / median(runs.map((run) => run.seconds));
  const warm = lines / median(runs.map((run) => run.warmSeconds));
  const memory = Math.max(...runs.map((run) => run.maxRssMb));
  say(
    `  emso reprocess --workers ${workers}: whole command ${rate(whole)} (${(whole / PYTHON_LINES_PER_S).toFixed(1)} × Python, 1/${((floor * workers) / whole).toFixed(1)} of the floor), ` +
      `without Node's start ${rate(inside)} (${(inside / PYTHON_LINES_PER_S).toFixed(1)} ×), a second archive in the same process ${rate(warm)} (${(warm / PYTHON_LINES_PER_S).toFixed(1)} ×), peak memory ${memory.toFixed(0)} MB`,
  );
}

interface ReprocessRun {
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly maxRssMb: number;
  readonly wallS: number;
}

function reprocessOnce(raw: string, target: string, workers: number): ReprocessRun {
  const emso = ['services/cli/src/main.ts', 'reprocess', '--raw', raw, '--out', target, '--workers', String(workers)];
  const startMs = performance.now();
  const whole = spawnSync(process.execPath, emso, { cwd: ROOT, encoding: 'utf8' });
  const wallS = (performance.now() - startMs) / 1000;
  if (whole.status !== 0) throw new Error(`emso reprocess: expected exit 0, found ${whole.status}: ${whole.stderr}`);
  const inner = spawnSync(process.execPath, ['bench/reprocess-twice.ts', raw, target, String(workers)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (inner.status !== 0)
    throw new Error(`bench/reprocess-twice.ts: expected exit 0, found ${inner.status}: ${inner.stderr}`);
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
