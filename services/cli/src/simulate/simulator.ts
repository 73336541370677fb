/** The far end of the chain: a serial box per sensor, each with its instrument, its faults and its own log. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Box, type BoxProgress, openBox } from './box.ts';
import type { FaultPlan } from './faults.ts';
import { SIMULATED_MODELS } from './generate.ts';
import { randomOf } from './random.ts';
import { type SimulatedSensor, sourceOf } from './source.ts';
import { openWitness } from './witness.ts';

export interface SimulatorOptions {
  readonly sensors: readonly SimulatedSensor[];
  /** Same seed, same bytes from every box (as long as faults find a listener at the same line). */
  readonly seed: number;
  /** Gets `<sensor>.jsonl` for each sensor; made when missing. */
  readonly logDir: string;
  /** Lines leave so many times faster than the cadence says; the instruments' clocks keep their cadence. */
  readonly speed: number;
  readonly faults: FaultPlan;
  /** Lines in all of every sensor that does not say it itself; endless when absent. */
  readonly lines?: number;
  /** What the instruments' clocks say at their first line, epoch ms UTC. */
  readonly startMs?: number;
  /** No line leaves before 400 ms after a box's first client (default true). */
  readonly holdUntilClient?: boolean;
}

export interface Simulator {
  /** `tcp://127.0.0.1:port` by sensor id. */
  readonly endpoints: ReadonlyMap<string, string>;
  /** By sensor id: lines that left so far, and how many of them nobody heard. */
  progress(): ReadonlyMap<string, Readonly<BoxProgress>>;
  /** Every sensor has sent all its lines, or the simulator was stopped. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** 2019-08-01T00:00:00Z: fixed, so that equal seeds give equal bytes on any day. */
const DEFAULT_START_MS = 1_564_617_600_000;

/**
 * Opens a box for every sensor. Throws when a model or its settings are not simulated, an id comes twice, a
 * fault names no sensor, or a log cannot be opened.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  check(options);
  const { seed, startMs = DEFAULT_START_MS } = options;
  mkdirSync(options.logDir, { recursive: true });
  // All that can be refused comes first: a box that is open has to be stopped again.
  const prepared = options.sensors.map((sensor) => ({ sensor, source: sourceOf(sensor, seed, startMs) }));
  const logged = prepared.map((each) => ({
    ...each,
    witness: openWitness(join(options.logDir, `${each.sensor.id}.jsonl`)),
  }));
  const boxes = new Map<string, Box>();
  for (const { sensor, source, witness } of logged) {
    const box = await openBox({
      source,
      witness,
      faults: options.faults.filter((f) => f.sensor === sensor.id).sort((a, b) => a.afterLines - b.afterLines),
      random: randomOf(seed, `bytes of faults ${sensor.id}`),
      total: sensor.lines ?? options.lines ?? Number.POSITIVE_INFINITY,
      intervalMs: sensor.cadenceMs / options.speed,
      holdUntilClient: options.holdUntilClient ?? true,
    });
    boxes.set(sensor.id, box);
  }
  const all = [...boxes.values()];
  return {
    endpoints: new Map([...boxes].map(([id, box]) => [id, box.endpoint])),
    progress: () => new Map([...boxes].map(([id, box]) => [id, { ...box.progress }])),
    done: Promise.all(all.map((box) => box.done)).then(() => undefined),
    stop: async () => {
      await Promise.all(all.map((box) => box.stop()));
    },
  };
}

function check({ sensors, faults, speed }: SimulatorOptions): void {
  if (!(speed > 0)) throw new Error(`simulator: expected a speed above 0, found ${speed}`);
  const ids = new Set<string>();
  for (const { id, model } of sensors) {
    if (ids.has(id)) throw new Error(`simulator: expected each sensor once, found '${id}' twice`);
    ids.add(id);
    if (!SIMULATED_MODELS.includes(model)) {
      throw new Error(
        `simulator: expected one of the models ${SIMULATED_MODELS.join(', ')}, found '${model}' at '${id}'`,
      );
    }
  }
  const stray = faults.find((fault) => !ids.has(fault.sensor));
  if (stray !== undefined) {
    throw new Error(
      `simulator: expected faults of ${[...ids].join(', ') || 'no sensor'}, found one of '${stray.sensor}'`,
    );
  }
}
