/**
 * Functions of libraries that stamp the time into what they make: run in a thread of their own whose clock is fixed, so that equal
 * values give equal bytes (PROMISE 26). The caller waits for the answer: for it, it is a function like any other.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** A thread that does not answer within this time has died, or will never answer. */
const LONGEST_MS = 120_000;

export interface FixedClockData {
  /** Address of the module, and which of its exports to call. */
  readonly module: string;
  readonly name: string;
  readonly port: MessagePort;
  /** 0 while the thread works, 1 when its answer has been sent. */
  readonly answered: Int32Array<SharedArrayBuffer>;
}

export interface FixedClockCall {
  readonly value: unknown;
  readonly clockMs: number;
}

export type FixedClockAnswer = { readonly result: unknown } | { readonly fault: string };

/**
 * The function `name` of a module (its address, `import.meta.resolve(…)`) with a clock that stands at `clockMs` (epoch ms) while it
 * runs. Value and result are copied between threads. The thread starts with the first call and keeps no process alive. Throws
 * what the function throws, as a text.
 */
export function withFixedClock<Value, Result>(module: string, name: string): (value: Value, clockMs: number) => Result {
  let thread: { port: MessagePort; answered: Int32Array<SharedArrayBuffer>; worker: Worker } | undefined;
  return (value, clockMs) => {
    thread ??= start(module, name);
    const { port, answered, worker } = thread;
    Atomics.store(answered, 0, 0);
    const call: FixedClockCall = { value, clockMs };
    port.postMessage(call);
    if (Atomics.wait(answered, 0, 0, LONGEST_MS) === 'timed-out') {
      thread = undefined;
      void worker.terminate();
      throw new Error(`${name} in a thread with a fixed clock: expected an answer within ${LONGEST_MS} ms, found none`);
    }
    const answer = receiveMessageOnPort(port)?.message as FixedClockAnswer;
    if ('fault' in answer) throw new Error(answer.fault);
    return answer.result as Result;
  };
}

function start(module: string, name: string) {
  const { port1: port, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const workerData: FixedClockData = { module, name, port: port2, answered };
  const worker = new Worker(new URL('./fixed-clock-thread.ts', import.meta.url), {
    workerData,
    transferList: [port2],
  });
  worker.unref();
  return { port, answered, worker };
}
