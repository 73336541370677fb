/**
 * `emso demo`: simulated instruments of the real site, the whole chain, daily files. With `--once` it ends by itself and
 * compares what the simulators sent with what the files hold.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import { type ScrapedService, scrapeServices, sumOf } from '../chain/scrape.ts';
import { startChain } from '../chain/supervisor.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { randomFaults } from '../simulate/faults.ts';
import { type Simulator, startSimulator } from '../simulate/simulator.ts';
import { loadSiteFile, notInstalledText } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { type Account, accountOf } from './account.ts';
import { type DemoSensor, demoSensors, writeDemoSite } from './site.ts';

export interface DemoOptions {
  readonly once?: boolean;
  readonly lines: number;
  readonly seed: number;
  readonly observatory: string;
  readonly dir?: string;
}

/** Lines leave at this pace in a demonstration, whatever the real cadence is. */
const DEMO_CADENCE_MS = 50;
const STAYING_CADENCE_MS = 1000;
const REFRESH_MS = 1000;
/** After the last line everything must be in the files within this time. */
const SETTLE_LIMIT_MS = 60_000;
/** Faults that lose nothing on the way: what is lost in a cut connection is no fault of the chain. */
const HARMLESS = new Set(['noise', 'binary', 'overlong', 'flood']);

/** Runs the demonstration. With `once`: throws CommandFailure 1 when anything was lost or doubled, or did not arrive in time. */
export async function demo(options: DemoOptions): Promise<void> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'emso-demo-'));
  mkdirSync(dir, { recursive: true });
  const observatory = loadSiteFile(options.observatory);
  const { plans, notInstalled } = planObservatory(observatory);
  const sensors = demoSensors(observatory);
  const logDir = join(dir, 'sent');
  const simulator = await simulate(sensors, options, logDir);
  const site = join(dir, 'observatory.yaml');
  writeDemoSite(options.observatory, site, simulator.endpoints);
  const chain = await startChain({
    observatoryFile: site,
    dir,
    env: { EMSO_NETCDF_INTERVAL_MS: '1000', EMSO_TICK_MS: '250', EMSO_VERDICT_TIMEOUT_MS: '5000' },
  });
  process.stderr.write(`Files: ${chain.dataDir}\nLogs: ${join(dir, 'logs')}\nLook with: emso status --dir ${dir}\n`);
  if (notInstalled.length > 0) {
    process.stderr.write(notInstalledText(notInstalled));
  }
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.resolve());
  const shown = sensors.map(({ id }) => planOf(plans, id));
  try {
    if (options.once) await once(shown, simulator, chain.dataDir, chain.runDir, logDir, stopped.promise);
    else await stay(shown, simulator, chain.runDir, stopped.promise);
  } finally {
    await simulator.stop();
    await chain.stop();
  }
}

async function simulate(sensors: readonly DemoSensor[], options: DemoOptions, logDir: string): Promise<Simulator> {
  const faults = randomFaults(
    options.seed,
    sensors.map(({ id }) => id),
    options.lines,
  ).filter(({ kind }) => HARMLESS.has(kind));
  const pace = options.once ? DEMO_CADENCE_MS : STAYING_CADENCE_MS;
  return startSimulator({
    sensors: sensors.map((sensor) => ({ ...sensor, cadenceMs: pace })),
    seed: options.seed,
    logDir,
    speed: 1,
    faults: options.once ? faults.map((fault) => (fault.kind === 'flood' ? { ...fault, amount: 50 } : fault)) : [],
    ...(options.once && { lines: options.lines }),
    startMs: Date.now(),
  });
}

async function once(
  plans: readonly SensorPlan[],
  simulator: Simulator,
  dataDir: string,
  runDir: string,
  logDir: string,
  stopped: Promise<void>,
): Promise<void> {
  const startedMs = performance.now();
  let settledMs = Number.POSITIVE_INFINITY;
  let allSent = false;
  void simulator.done.then(() => {
    allSent = true;
    settledMs = performance.now() + SETTLE_LIMIT_MS;
  });
  let ended = false;
  void stopped.then(() => {
    ended = true;
  });
  let accounts: Account[] = [];
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    if (!allSent) {
      const sent = [...simulator.progress().values()].reduce((sum, { sent }) => sum + sent, 0);
      process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${sent} lines sent\n`);
      continue;
    }
    // The products of the last lines may be a tick behind: the account is right when it stops changing and nothing waits.
    const before = JSON.stringify(accounts);
    accounts = await Promise.all(plans.map((plan) => accountOf(plan, dataDir, logDir))).catch((error) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    const dirty = sumOf(await scrapeServices(runDir), 'emso_dirty_days');
    const complete = accounts.length > 0 && accounts.every((account) => account.lost === 0) && dirty === 0;
    if (complete && JSON.stringify(accounts) === before) break;
    if (performance.now() > settledMs) break;
  }
  const total = accounts.reduce(
    (sum, account) => Object.fromEntries(Object.entries(account).map(([key, n]) => [key, n + (sum[key] ?? 0)])),
    {} as Record<string, number>,
  );
  const rows = plans.map((plan, i) => [plan.sensor.id, ...Object.values(accounts[i] ?? {})]);
  process.stdout.write(formatTable([['sensor', ...Object.keys(accounts[0] ?? {})], ...rows]));
  const { sent = 0, archived = 0, decoded = 0, ignored = 0, rejected = 0, lost = 0, duplicated = 0 } = total;
  const ok = accounts.length > 0 && sent > 0 && decoded > 0 && lost === 0 && duplicated === 0;
  const line = `${plans.length} sensors, ${sent} lines sent, ${archived} archived, ${decoded} decoded, ${ignored} ignored, ${rejected} rejected, ${lost} lost, ${duplicated} duplicated`;
  if (!ok) throw new CommandFailure(EXIT.problem, `demo failed: ${line}; look at the logs`);
  process.stdout.write(`demo ok: ${line}\n`);
}

/** Stays up until a signal, showing a table that refreshes on a terminal. */
async function stay(
  plans: readonly SensorPlan[],
  simulator: Simulator,
  runDir: string,
  stopped: Promise<void>,
): Promise<void> {
  let ended = false;
  void stopped.then(() => {
    ended = true;
  });
  const { stdout } = process;
  for (let height = 0; !ended; ) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    const services = await scrapeServices(runDir);
    // Ctrl-C reaches the whole terminal: services that are stopping have nothing true to say any more.
    if (ended) return;
    const text = `${boardOf(plans, simulator, services)}${services.map(({ name, url }) => `${name}: ${url}/metrics\n`).join('')}Stop with Ctrl-C.\n`;
    if (stdout.isTTY && height > 0) stdout.write(`\x1b[${height}A\x1b[0J`);
    stdout.write(text);
    height = text.split('\n').length - 1;
  }
}

function boardOf(plans: readonly SensorPlan[], simulator: Simulator, services: readonly ScrapedService[]): string {
  const progress = simulator.progress();
  const rows = plans.map(({ sensor }) => {
    const labels = { sensor: sensor.id };
    const count = sumOf(services, 'emso_ingest_latency_seconds_count', labels);
    const meanMs =
      count === 0 ? '' : ((sumOf(services, 'emso_ingest_latency_seconds_sum', labels) / count) * 1000).toFixed(0);
    return [
      sensor.id,
      sumOf(services, 'emso_source_connected', labels) === 1 ? 'up' : 'down',
      progress.get(sensor.id)?.sent ?? 0,
      sumOf(services, 'emso_raw_archived_records_total', labels),
      sumOf(services, 'emso_samples_decoded_total', labels),
      sumOf(services, 'emso_decode_failures_total', labels),
      meanMs,
    ];
  });
  return formatTable([['sensor', 'link', 'sent', 'archived', 'decoded', 'rejected', 'ms to file'], ...rows]);
}

function planOf(plans: readonly SensorPlan[], id: string): SensorPlan {
  const plan = plans.find(({ sensor }) => sensor.id === id);
  if (plan === undefined) throw new Error(`demo: expected a plan of sensor ${id}, found none`);
  return plan;
}
