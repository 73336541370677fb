/**
 * `npm run soak`: millions of lines through the whole chain with clocks that race, so that days begin, end and are sealed as in
 * weeks of operation, and the memory of every process while it lasts. Flat, or it fails.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseMetrics } from '../../services/cli/src/chain/scrape.ts';
import { startTestChain, type TestChain } from '../support/chain.ts';
import { untilRebuiltEqual, untilSealed } from '../support/rebuilt.ts';
import { waitFor } from '../support/waiting.ts';

/** Lines a second of each sensor while it lasts; with clocks that race the chain sees three a second. */
const LINES_PER_SECOND = 1000;
const RATE = 3000;
const SAMPLE_MS = 1000;
/**
 * What a service keeps is the least of its heap over a quarter, right after a collection: resident memory says when the collector
 * found it worth its while. One whose floor in the last quarter is more than this above that of the second one grows.
 */
const GROWTH = 1.15;
const SLACK_MB = 6;
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
  const resident: Samples = new Map();
  const heap: Samples = new Map();
  let watching = true;
  const watch = (async () => {
    for (let seconds = 0; watching; seconds++) {
      await delay(SAMPLE_MS);
      note(resident, memoryOf(chain));
      note(heap, await heapOf(chain));
      if (seconds % 15 === 0) show(chain, total);
    }
  })();
  await chain.simulator.done;
  const sentMs = Date.now();
  await waitFor(() => chain.isQuiet(), { what: 'every consumer to have nothing pending', timeoutMs: DRAIN_MS });
  watching = false;
  await watch;
  report('median of the resident memory in each quarter of the run', resident, median);
  const floors = report('floor of the heap in each quarter of the run', heap, (of) => Math.min(...of));
  const growing = [...floors].filter(([, [, second, , last]]) => last > second * GROWTH + SLACK_MB);
  for (const [name, [, second, , last]] of growing) {
    process.stdout.write(`${name} grows: ${second.toFixed(1)} MB became ${last.toFixed(1)} MB\n`);
  }
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
  return growing.length === 0 ? 0 : 1;
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

/** Heap in use by service, MB, as its own metrics say. */
async function heapOf(chain: TestChain): Promise<Map<string, number>> {
  const found = await Promise.all(
    (['acquirer', 'decoder', 'qc', 'writer'] as const).map(async (role): Promise<[string, number]> => {
      const samples = parseMetrics(await (await fetch(`${chain.service(role).url}/metrics`)).text());
      return [role, (samples.find(({ name }) => name === 'nodejs_heap_size_used_bytes')?.value ?? Number.NaN) / 1e6];
    }),
  );
  return new Map(found);
}

function show(chain: TestChain, total: number): void {
  const sent = [...chain.simulator.progress().values()].reduce((sum, each) => sum + each.sent, 0);
  const memory = [...memoryOf(chain)].map(([name, megabytes]) => `${name} ${Math.round(megabytes)}`).join(', ');
  process.stderr.write(`soak: ${sent} of ${total} lines sent; MB: ${memory}\n`);
}

/** Prints a figure of each quarter and the peak, MB, and returns the four by process. */
function report(
  title: string,
  samples: Samples,
  figure: (of: readonly number[]) => number,
): Map<string, [number, number, number, number]> {
  const figures = new Map<string, [number, number, number, number]>();
  process.stdout.write(`${title}, and the peak, MB:\n`);
  for (const [name, of] of samples) {
    const quarter = Math.floor(of.length / 4);
    const [first, second, third, last] = [0, 1, 2, 3].map((q) => figure(of.slice(q * quarter, (q + 1) * quarter)));
    figures.set(name, [first, second, third, last]);
    const columns = [first, second, third, last, Math.max(...of)].map((each) => each.toFixed(0).padStart(7)).join('');
    process.stdout.write(`${name.padEnd(12)}${columns}\n`);
  }
  return figures;
}

function median(of: readonly number[]): number {
  return [...of].sort((a, b) => a - b)[of.length >> 1] ?? Number.NaN;
}

type Samples = Map<string, number[]>;

function note(samples: Samples, found: ReadonlyMap<string, number>): void {
  for (const [name, megabytes] of found) samples.set(name, [...(samples.get(name) ?? []), megabytes]);
}
