/** The simulator as tests use it: in a temporary directory, with clients that listen as an acquirer does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
import { readWitness, type WitnessEntry } from './witness.ts';

export const OXYGEN = { id: 'oxygen', model: 'aanderaa-optode', cadenceMs: 1000 };
export const MICROCAT = {
  id: 'microcat',
  model: 'sbe37-microcat',
  cadenceMs: 1000,
  settings: { fields: ['TEMP', 'CNDC', 'PRES'], conductivityUnit: 'S/m' },
};

export interface Rig {
  simulator: Simulator;
  log(sensor: string): WitnessEntry[];
}

/** Starts a simulator that lives as long as the test; unless told otherwise of one optode, 500 times its pace. */
export async function start(context: TestContext, options: Partial<SimulatorOptions>): Promise<Rig> {
  const logDir = mkdtempSync(join(tmpdir(), 'emso-simulator-'));
  const simulator = await startSimulator({
    sensors: [OXYGEN],
    seed: 1,
    logDir,
    speed: 500,
    faults: [],
    ...options,
  });
  context.after(async () => {
    await simulator.stop();
    rmSync(logDir, { recursive: true });
  });
  const log = (sensor: string): WitnessEntry[] => readWitness(join(logDir, `${sensor}.jsonl`));
  return { simulator, log };
}

export interface Heard {
  text: string;
  socket: Socket;
  /** How the connection ended: `reset`, `end`, or nothing yet. */
  ending?: 'reset' | 'end';
}

/** Connects as an acquirer does and collects what comes. */
export async function listen(simulator: Simulator, sensor: string): Promise<Heard> {
  const socket = connect(Number(simulator.endpoints.get(sensor)?.split(':')[2]), '127.0.0.1');
  const heard: Heard = { text: '', socket };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    heard.text += text;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') heard.ending = 'reset';
  });
  socket.on('end', () => {
    heard.ending ??= 'end';
  });
  await once(socket, 'connect');
  return heard;
}

/** Waits until something is so; fails after eight seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const endMs = performance.now() + 8000; !condition(); await delay(5)) {
    assert.ok(performance.now() < endMs, `waited in vain for ${what}`);
  }
}

/** All that left, as one text. */
export const textOf = (entries: readonly WitnessEntry[]): string => entries.map((entry) => entry.latin1).join('');
