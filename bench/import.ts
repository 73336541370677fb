/**
 * `npm run bench:import -- [--days N]`: ten years of one sensor, imported beside a live one. The command is killed once and the
 * writer twice on the way; then everything is imported again, sealed, imported a third time, and compared with `emso reprocess`.
 * Ends with status 1 when anything is there twice, is missing, or differs.
 */
import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DAY_MS, parseCompactDay } from '@emso/core';
import { reprocess } from '../services/cli/src/reprocess/reprocess.ts';
import { archiveOf, digestsOf, firstDifference, rawFilesIn } from '../test/pipeline/import-facts.ts';
import { writeHistory } from '../test/pipeline/import-history.ts';
import { startTestChain } from '../test/support/chain.ts';
import { temporaryDirectory, waitFor } from '../test/support/servers.ts';
import { productDifferences } from '../test/support/trees.ts';
import { watchLive, watchProcess } from './import-watch.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '3650' },
    seed: { type: 'string', default: '1' },
    calm: { type: 'boolean', default: false },
  },
});
const DAYS = Number(values.days);
const SEED = Number(values.seed);
const ROOT = path.resolve(import.meta.dirname, '..');
const EMSO = path.join(ROOT, 'services/cli/src/main.ts');
/** The one sensor; the optode says a line a minute. */
const [SENSOR, PREFIX, CADENCE_MS] = ['oxygen', 'OXYGEN', 60_000];
const LIVE = { sensor: 'cstar', cadenceMs: 100 };
/** As in production: what is quick in tests would be measured here. */
const TIMINGS = {
  EMSO_TICK_MS: '1000',
  EMSO_NETCDF_INTERVAL_MS: '60000',
  EMSO_VERDICT_TIMEOUT_MS: '10000',
  EMSO_SEAL_INTERVAL_MS: '60000',
};
const LATER_CLOCK = {
  NODE_OPTIONS: `--import=${path.join(ROOT, 'test/support/later-clock.mjs')}`,
  EMSO_TEST_CLOCK_AHEAD_MS: String(7 * DAY_MS),
  EMSO_SEAL_INTERVAL_MS: '1000',
};
const HOUR_MS = 3_600_000;
/** The live line is measured alone for this long. */
const BEFORE_MS = 10_000;

const faults: string[] = [];
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const expect = (what: string, found: unknown, expected: unknown): void => {
  if (found === expected) return;
  faults.push(`${what}: expected ${expected}, found ${found}`);
  say(`  FAULT ${faults.at(-1)}`);
};
const seconds = (fromMs: number): number => (performance.now() - fromMs) / 1000;

say(
  `${cpus().length} cores, ${cpus()[0].model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)} from elsewhere`,
);
const originals = temporaryDirectory('originals');
const history = writeHistory(originals, {
  seed: SEED,
  prefix: PREFIX,
  firstDay: parseCompactDay('20161101') as number,
  days: DAYS,
  cadenceMs: CADENCE_MS,
  uptime: 0.77,
});
say(`${history.files.length} files, ${history.rows} rows, ${history.damaged} damaged ones, seed ${SEED}`);
const before = digestsOf(originals, ['.']);

const chain = await startTestChain({
  seed: SEED,
  lines: 1_000_000,
  faults: [],
  cadenceMs: LIVE.cadenceMs,
  only: [LIVE.sensor],
  env: TIMINGS,
});
const { dataDir } = chain;
const live = watchLive(chain, LIVE.sensor);
const writer = watchProcess(() => chain.service('writer').pid);

interface Import {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startImport(): { kill(): void; ended: Promise<Import> } {
  const child = spawn(process.execPath, [EMSO, 'import', originals, '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ended = new Promise<Import>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { kill: () => child.kill('SIGKILL'), ended };
}

const daysOf = async (): Promise<{ state: string; dirty: boolean }[]> => {
  const ledger = (await (await fetch(`${chain.service('writer').url}/ledger`)).json()) as Record<
    string,
    { state: string; dirty: boolean }[]
  >;
  return ledger[`mii/${SENSOR}`];
};
const dirtyDays = async (): Promise<number> => (await daysOf()).filter(({ dirty }) => dirty).length;
const untilClean = (): Promise<unknown> =>
  waitFor(async () => (await dirtyDays()) === 0, { what: 'no dirty day', timeoutMs: HOUR_MS });

try {
  await live.isFlowing();
  await new Promise((resolve) => setTimeout(resolve, BEFORE_MS));
  say(`\nlive line of ${LIVE.sensor} to its CSV before: ${live.take()}`);
  say('\nImport, interrupted: the command once, the writer twice, by SIGKILL');
  const startMs = performance.now();
  const share = (n: number): Promise<unknown> =>
    waitFor(() => rawFilesIn(dataDir, PREFIX).length >= n * DAYS, { what: `${n} of the days`, timeoutMs: HOUR_MS });
  let running = startImport();
  if (!values.calm) {
    await share(0.2);
    running.kill();
    await running.ended;
    running = startImport();
    for (const n of [0.45, 0.7]) {
      await share(n);
      await live.apart(() => chain.killAndRestart('writer'));
    }
  }
  let end = await running.ended;
  for (let again = 0; end.code !== 0 && again < 5; again++) {
    say(`  the command ended with ${end.code}: ${end.stderr.trim().split('\n').at(-1)}; started again`);
    end = await startImport().ended;
  }
  const importS = seconds(startMs);
  say(`  ${importS.toFixed(1)} s, ${Math.round(history.rows / importS)} rows/s; its report:`);
  say(end.stdout.replaceAll(/^/gm, '    '));
  const dirty = await dirtyDays();
  await untilClean();
  say(`  ${dirty} days still to be built then; all built after ${seconds(startMs).toFixed(1)} s`);
  say(`  writer: ${writer.take()}`);
  say(`  live line of ${LIVE.sensor} to its CSV meanwhile: ${live.take()}`);

  const archive = archiveOf(dataDir, PREFIX);
  expect('rows in the archive', archive.rows, history.rows);
  expect('identities in the archive', archive.ids, history.rows);
  expect('rows of the archive that are none', archive.damaged, 0);

  const tree = [
    'raw/Emso_Oxygen',
    'raw/_refused',
    'raw/imports.jsonl',
    'csv/Emso_Oxygen',
    'netcdf/Emso_Oxygen',
    'dat/Emso_Oxygen',
    'manifest/Emso_Oxygen',
  ];
  const importAgain = async (what: string): Promise<void> => {
    const digests = digestsOf(dataDir, tree);
    // Whoever computes digests does not look at the live line.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    live.take();
    const fromMs = performance.now();
    const { code, stderr } = await startImport().ended;
    const tookS = seconds(fromMs);
    const delays = live.take();
    expect(`${what}: exit status`, code, 0);
    if (code !== 0) say(stderr);
    await untilClean();
    const found = firstDifference(digests, digestsOf(dataDir, tree));
    expect(`${what}: first changed file`, found, undefined);
    say(`  ${what}: ${tookS.toFixed(1)} s, ${Math.round(history.rows / tookS)} rows/s, ${digests.size} files compared`);
    say(`  writer: ${writer.take()}; live ${delays}`);
  };
  say('\nImported again: no byte may change');
  await importAgain('second import');

  say('\nSealed by a writer whose clock is a week ahead');
  const sealMs = performance.now();
  await live.apart(() => chain.restartWith('writer', LATER_CLOCK));
  say(`  started after ${seconds(sealMs).toFixed(1)} s`);
  await waitFor(async () => (await daysOf()).every(({ state, dirty }) => state === 'sealed' && !dirty), {
    what: 'every day to be sealed',
    timeoutMs: HOUR_MS,
  });
  say(`  ${DAYS + 1} days sealed after ${seconds(sealMs).toFixed(1)} s`);
  say(`  writer: ${writer.take()}; live ${live.take()}`);
  await importAgain('third import, of sealed days');

  say('\nReprocessed from the archive');
  const out = temporaryDirectory('reprocessed');
  await live.stop();
  await chain.service('writer').stop();
  const again = await reprocess({
    raw: path.join(dataDir, 'raw/Emso_Oxygen'),
    out,
    observatory: chain.site,
    workers: 2,
    form: 'sealed',
  });
  for (const kind of ['csv', 'netcdf', 'dat', 'manifest']) {
    // Only the imported sensor: the live one has a day of its own.
    const differences = productDifferences(path.join(dataDir), out).filter((text) =>
      text.includes(`${kind}/Emso_Oxygen`),
    );
    expect(`${kind} that differ from emso reprocess`, differences.length, 0);
    if (differences.length > 0) say(`  ${differences[0]}`);
  }
  say(`  ${again.lines} lines, ${again.seconds.toFixed(1)} s`);
  expect('first original that changed', firstDifference(before, digestsOf(originals, ['.'])), undefined);
} finally {
  await live.stop();
  writer.stop();
  await chain.stop();
}
say(faults.length === 0 ? '\nall as promised' : `\n${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
