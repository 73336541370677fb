/** The thread behind `withFixedClock`: its clock says what each call says, and nothing else. */
import { workerData } from 'node:worker_threads';
import type { FixedClockAnswer, FixedClockCall, FixedClockData } from './fixed-clock.ts';

const { module, name, port, answered } = workerData as FixedClockData;
let nowMs = 0;

globalThis.Date = class extends Date {
  constructor(...parts: readonly unknown[]) {
    super(...((parts.length === 0 ? [nowMs] : parts) as [number]));
  }

  static override now(): number {
    return nowMs;
  }
} as DateConstructor;

// After the clock: what a module looks up when it is loaded is the fixed one.
const loaded = import(module) as Promise<Readonly<Record<string, (value: unknown) => unknown>>>;

port.on('message', async ({ value, clockMs }: FixedClockCall) => {
  nowMs = clockMs;
  let answer: FixedClockAnswer;
  try {
    answer = { result: (await loaded)[name](value) };
  } catch (error) {
    answer = { fault: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(answer);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});
