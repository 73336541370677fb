/** `emso simulate`: the simulator from the shell, with the sensors of the site file. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deploymentAt, parseIso, sensorsOf } from '@emso/core';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { type FaultPlan, parseFaults, randomFaults } from './faults.ts';
import { SIMULATED_MODELS } from './generate.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import type { SimulatedSensor } from './source.ts';

export interface SimulateOptions {
  readonly observatory?: string;
  readonly sensor?: readonly string[];
  readonly speed: number;
  readonly lines?: number;
  readonly seed: number;
  readonly start?: string;
  readonly faults: string;
  readonly log?: string;
  readonly duration?: number;
  readonly json?: boolean;
}

/** A drawn plan is spread over so many lines when their number is open. */
const FAULT_SPREAD_LINES = 200;
const REFRESH_MS = 500;

/** Serves until every line has left, the duration is over, or SIGINT or SIGTERM comes. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const startMs = options.start === undefined ? Math.floor(Date.now() / 1000) * 1000 : parseIso(options.start);
  if (startMs === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      `--start: expected a UTC time such as 2019-08-01T00:00:00Z, found '${options.start}'`,
    );
  }
  const sensors = sensorsToSimulate(options, startMs);
  const faults = planOf(options, sensors);
  const logDir = options.log ?? mkdtempSync(join(tmpdir(), 'emso-simulate-'));
  const { seed, speed, lines } = options;
  const simulator = await startSimulator({ sensors, seed, speed, lines, logDir, faults, startMs }).catch(
    (error: unknown) => {
      // An error of the system has a code: the log cannot be written there.
      const { code, message } = error as NodeJS.ErrnoException;
      throw new CommandFailure(code === undefined ? EXIT.usage : EXIT.unreachable, message, error);
    },
  );
  const over = new AbortController();
  const stop = (): void => over.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(options.json ? `${asJson(simulator, sensors, logDir)}\n` : asTable(simulator, sensors, logDir));
  const refresh = process.stderr.isTTY ? setInterval(() => showProgress(simulator), REFRESH_MS) : undefined;
  try {
    await Promise.race([simulator.done, endOf(options.duration, over.signal)]);
  } finally {
    clearInterval(refresh);
    over.abort();
    await simulator.stop();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  if (refresh) process.stderr.write('\r\x1b[K');
  process.stderr.write(`${progressText(simulator)}\n`);
}

/** The sensors that are asked for, or every one of the site file that is simulated and sends its lines as they come. */
function sensorsToSimulate(options: SimulateOptions, startMs: number): SimulatedSensor[] {
  const file = options.observatory ?? DEFAULT_SITE_FILE;
  const placed = sensorsOf(loadSiteFile(file)).map(({ sensor }) => ({
    sensor,
    deployment: deploymentAt(sensor, startMs).deployment,
  }));
  for (const id of options.sensor ?? []) {
    const found = placed.find(({ sensor }) => sensor.id === id);
    if (found !== undefined && SIMULATED_MODELS.includes(found.sensor.model)) continue;
    const known = placed.filter(({ sensor }) => SIMULATED_MODELS.includes(sensor.model)).map(({ sensor }) => sensor.id);
    const what = found === undefined ? `'${id}'` : `'${id}' of model ${found.sensor.model}, which is not simulated`;
    throw new CommandFailure(EXIT.usage, `--sensor: expected one of ${known.join(', ')}, found ${what}`);
  }
  const chosen = placed.filter(({ sensor, deployment }) => {
    if (options.sensor !== undefined) return options.sensor.includes(sensor.id);
    if (deployment.timePolicy === 'relayed') return false;
    if (SIMULATED_MODELS.includes(sensor.model)) return true;
    process.stderr.write(`${sensor.id}: model ${sensor.model} is not simulated, left out\n`);
    return false;
  });
  if (chosen.length === 0)
    throw new CommandFailure(EXIT.usage, `${file}: expected a cabled sensor of a simulated model, found none`);
  return chosen.map(({ sensor, deployment }) => ({
    id: sensor.id,
    model: sensor.model,
    cadenceMs: sensor.cadenceMs,
    settings: deployment.settings,
  }));
}

function planOf(options: SimulateOptions, sensors: readonly SimulatedSensor[]): FaultPlan {
  const ids = sensors.map((sensor) => sensor.id);
  if (options.faults === 'none') return [];
  if (options.faults === 'some') return randomFaults(options.seed, ids, options.lines ?? FAULT_SPREAD_LINES);
  try {
    return parseFaults(options.faults, ids);
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `--faults: ${(error as Error).message}`, error);
  }
}

/** Resolves after so many seconds or when told to stop; never without either. */
async function endOf(durationS: number | undefined, signal: AbortSignal): Promise<void> {
  // The longest a timer can run: 24 days.
  await delay(durationS === undefined ? 0x7fffffff : durationS * 1000, undefined, { signal }).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error;
    },
  );
}

function asJson(simulator: Simulator, sensors: readonly SimulatedSensor[], logDir: string): string {
  return JSON.stringify({
    sensors: sensors.map(({ id, model, cadenceMs }) => ({
      id,
      model,
      cadenceMs,
      endpoint: simulator.endpoints.get(id),
      log: join(logDir, `${id}.jsonl`),
    })),
  });
}

function asTable(simulator: Simulator, sensors: readonly SimulatedSensor[], logDir: string): string {
  const width = Math.max(...sensors.map(({ id }) => id.length), 'sensor'.length);
  const rows = sensors.map(
    ({ id, model, cadenceMs }) =>
      `${id.padEnd(width)}  ${model.padEnd(16)}  ${String(cadenceMs / 1000).padStart(9)}  ${simulator.endpoints.get(id)}`,
  );
  return `${'sensor'.padEnd(width)}  ${'model'.padEnd(16)}  cadence s  endpoint\n${rows.join('\n')}\nlog of what left: ${logDir}\n`;
}

function showProgress(simulator: Simulator): void {
  process.stderr.write(`\r\x1b[K${progressText(simulator).slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

function progressText(simulator: Simulator): string {
  return [...simulator.progress()]
    .map(([id, { sent, unheard }]) => `${id} ${sent} sent, ${unheard} unheard`)
    .join('; ');
}
