/** The endless lines of one simulated sensor: what its model really sent once, then what the generator goes on with. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineGenerator, lineGenerator } from './generate.ts';
import { randomOf } from './random.ts';

export interface SimulatedSensor {
  readonly id: string;
  readonly model: string;
  /** From one sample to the next at speed 1, by the instrument's clock. */
  readonly cadenceMs: number;
  /** How many lines leave in all, fault lines included; endless when absent. */
  readonly lines?: number;
  /** Decode settings of the deployment: they decide which columns generated lines have. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface SourceLine {
  /** As on the wire, CR LF included. */
  readonly bytes: Buffer;
  readonly origin: 'recorded' | 'generated';
  /** Part of an answer to a command: it follows the line before at once, not at the cadence. */
  readonly reply: boolean;
}

const CAPTURES = join(import.meta.dirname, '..', '..', 'captures');
const LINE_FEED = 0x0a;

/** A recorded MicroCAT sample starts with `#`; its other recorded lines are the answer to DS and DC. */
const SAMPLE_START: Readonly<Record<string, string>> = { 'sbe37-microcat': '#' };

/**
 * Lines of a sensor, the instrument's clock standing at `startMs` at the first one. Same seed, same bytes. Throws when the
 * model, or a setting that decides its columns, is not simulated.
 */
export function sourceOf(sensor: SimulatedSensor, seed: number, startMs: number): Iterator<SourceLine, never> {
  const generate = lineGenerator(sensor.model, sensor.settings ?? {}, randomOf(seed, sensor.id));
  return play(sensor, captureOf(sensor.model), generate, startMs);
}

function* play(
  { model, cadenceMs }: SimulatedSensor,
  recorded: readonly Buffer[],
  generate: LineGenerator,
  startMs: number,
): Generator<SourceLine, never> {
  const sampleStart = SAMPLE_START[model];
  let clockMs = startMs;
  for (const bytes of recorded) {
    const reply = sampleStart !== undefined && bytes[0] !== sampleStart.charCodeAt(0);
    if (!reply) clockMs += cadenceMs;
    yield { bytes, origin: 'recorded', reply };
  }
  for (;;) {
    yield { bytes: Buffer.from(`${generate(clockMs)}\r\n`, 'latin1'), origin: 'generated', reply: false };
    clockMs += cadenceMs;
  }
}

/** The recorded lines of a model, each with its line end; none where no capture may be passed on. */
export function captureOf(model: string): Buffer[] {
  const file = join(CAPTURES, `${model}.txt`);
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start) + 1 || bytes.length;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}
