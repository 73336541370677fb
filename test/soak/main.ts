/**
 * `npm run soak`: millions of lines through the whole chain with clocks that race, so that days begin, end and are sealed as in
 * weeks of operation, and the memory of every process while it lasts. Flat, or it fails.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTestChain, type TestChain } from '../support/chain.ts';
import { untilRebuiltEqual, untilSealed } from '../support/rebuilt.ts';
import { waitFor } from '../support/waiting.ts';

/** Lines a second of each sensor while it lasts; with clocks that race the chain sees three a second. */
const LINES_PER_SECOND = 1000;
const RATE = 3000;
const SAMPLE_MS = 1000;
/** A process whose memory in the last quarter is more than this above that of the second one grows. */
const GROWTH = 1.15;
const SLACK_MB = 24;
const DRAIN_MS = 300_000;

const HELP = `npm run soak -- [--lines N]

Sends N lines (default 2000000) of three sensors through the chain as fast as it takes them, with clocks that run ${RATE} times as
fast, and prints the memory of every process in each quarter of the run. Exit code 1 when one grows.

Example:
  npm run soak -- --lines 200000     a look, two minutes
`;

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '2000000' }, help: { type: 'boolean', short: 'h' } },
});
const lines = Number(values.lines);
if (values.help) process.stdout.write(HELP);
else if (!Number.isInteger(lines) || lines < 3000) {
  process.stderr.write(`expected --lines as a whole number from 3000, found '${values.lines}'\n`);
  process.exitCode = 2;
} else process.exitCode = await soak(lines);

async function soak(total: number): Promise<number> {
  const startMs = Date.now();
  const clock = path.resolve(import.meta.dirname, '../support/racing-clock.mjs');
  const chain = await startTestChain({
    seed: 1,
    lines: Math.ceil(total / 3),
    faults: [],
    cadenceMs: 1000 / LINES_PER_SECOND,
    env: {
      EMSO_TICK_MS: '1000',
      // Measured by the clock that races.
      EMSO_NETCDF_INTERVAL_MS: String(5000 * RATE),
      EMSO_VERDICT_TIMEOUT_MS: String(10_000 * RATE),
      NODE_OPTIONS: `--import=${clock}`,
      EMSO_TEST_CLOCK_START_MS: String(startMs),
      EMSO_TEST_CLOCK_RATE: String(RATE),
    },
  });
  const samples = new Map<string, number[]>();
  let watching = true;
  const watch = (async () => {
    for (let seconds = 0; watching; seconds++) {
      await delay(SAMPLE_MS);
      for (const [name, megabytes] of memoryOf(chain)) samples.set(name, [...(samples.get(name) ?? []), megabytes]);
      if (seconds % 15 === 0) show(chain, total);
    }
  })();
  await chain.simulator.done;
  const sentMs = Date.now();
  await waitFor(() => chain.isQuiet(), { what: 'every consumer to have nothing pending', timeoutMs: DRAIN_MS });
  watching = false;
  await watch;
  const flat = report(samples);
  const seconds = (sentMs - startMs) / 1000;
  process.stdout.write(
    `${total} lines in ${Math.round(seconds)} s (${Math.round(total / seconds)} a second), current ${Math.round((Date.now() - sentMs) / 1000)} s after the last\n`,
  );
  // It would go on telling that the boxes are away, and a day of which something is told is not quiet.
  await chain.service('acquirer').stop();
  await waitFor(() => chain.isQuiet(), { what: 'every consumer to have nothing pending', timeoutMs: DRAIN_MS });
  await chain.restartWith('writer', {
    NODE_OPTIONS: `--import=${path.resolve(import.meta.dirname, '../support/later-clock.mjs')}`,
    EMSO_TEST_CLOCK_AHEAD_MS: String((Date.now() - startMs) * RATE + 5 * 86_400_000),
  });
  await untilSealed(chain.dataDir, DRAIN_MS);
  const { root, files } = await untilRebuiltEqual(chain.dataDir, chain.site, 'sealed', DRAIN_MS);
  process.stdout.write(`${files} files, live == rebuilt\n`);
  rmSync(root, { recursive: true });
  await chain.stop();
  return flat ? 0 : 1;
}

/** Resident memory by process, MB; a process that is gone has none. */
function memoryOf(chain: TestChain): Map<string, number> {
  const pids = new Map<string, number>([['nats-server', chain.nats.pid]]);
  for (const role of ['acquirer', 'decoder', 'qc', 'writer'] as const) pids.set(role, chain.service(role).pid);
  return new Map(
    [...pids].map(([name, pid]) => {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return [name, Number(kilobytes ?? 0) / 1024];
    }),
  );
}

function show(chain: TestChain, total: number): void {
  const sent = [...chain.simulator.progress().values()].reduce((sum, each) => sum + each.sent, 0);
  const memory = [...memoryOf(chain)].map(([name, megabytes]) => `${name} ${Math.round(megabytes)}`).join(', ');
  process.stderr.write(`soak: ${sent} of ${total} lines sent; MB: ${memory}\n`);
}

/** Prints the median of each quarter and the peak, MB; true when nobody of ours grows. */
function report(samples: ReadonlyMap<string, readonly number[]>): boolean {
  const median = (of: readonly number[]): number => [...of].sort((a, b) => a - b)[of.length >> 1] ?? Number.NaN;
  let flat = true;
  process.stdout.write('median memory of each quarter of the run and peak, MB:\n');
  for (const [name, of] of samples) {
    const quarter = Math.floor(of.length / 4);
    const medians = [0, 1, 2, 3].map((q) => median(of.slice(q * quarter, (q + 1) * quarter)));
    const grows = medians[3] > medians[1] * GROWTH + SLACK_MB;
    const columns = [...medians, Math.max(...of)].map((each) => each.toFixed(0).padStart(7)).join('');
    // The broker keeps what it stores in its caches: its limits are its own.
    if (grows && name !== 'nats-server') flat = false;
    process.stdout.write(`${name.padEnd(12)}${columns}${grows ? '  grows' : ''}\n`);
  }
  return flat;
}
