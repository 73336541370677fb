/**
 * Pausing a container within one call, as a signal does with a process: a test that goes on behind it finds the server frozen.
 * The engine is asked by a thread of its own, while this one stands still.
 */
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { getContainerRuntimeClient } from 'testcontainers';
import { waitFor } from './waiting.ts';

interface Request {
  readonly name: string;
  readonly frozen: boolean;
  readonly answer: MessagePort;
  /** Not 0 any more when the answer is there. */
  readonly answered: Int32Array;
}

/** Undefined, or why it failed. */
type Answer = string | undefined;

const TIMEOUT_MS = 20_000;

let thread: Worker | undefined;

/** Makes the first pause as quick as the later ones. */
export function openFreezer(): void {
  if (thread !== undefined) return;
  // Without the options of this process: a thread refuses some of them.
  thread = new Worker(import.meta.filename, { execArgv: [] });
  thread.unref();
}

/** Freezes a container or lets it go on; when it returns, that has happened. A container that has ended stays as it is. */
export function setFrozen(name: string, frozen: boolean): void {
  openFreezer();
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  thread?.postMessage({ name, frozen, answer: port2, answered } satisfies Request, [port2]);
  const inTime = Atomics.wait(answered, 0, 0, TIMEOUT_MS) !== 'timed-out';
  const failure = inTime ? (receiveMessageOnPort(port1)?.message as Answer) : `no answer within ${TIMEOUT_MS} ms`;
  port1.close();
  if (failure !== undefined) {
    throw new Error(`expected the engine to ${frozen ? 'pause' : 'resume'} container ${name}, found: ${failure}`);
  }
}

async function serve({ name, frozen, answer, answered }: Request): Promise<void> {
  try {
    const container = (await getContainerRuntimeClient()).container.getById(name);
    const settled = async (): Promise<boolean> => {
      const { Running, Paused } = (await container.inspect()).State;
      return !Running || Paused === frozen;
    };
    if (!(await settled())) {
      await (frozen ? container.pause() : container.unpause()).catch(async (error: Error) => {
        // The engine refuses, in one of several ways, what has died a moment ago, and then learns of the death.
        await waitFor(settled, { what: `the end of ${name} after: ${error.message}`, timeoutMs: TIMEOUT_MS / 2 });
      });
    }
    answer.postMessage(undefined satisfies Answer);
  } catch (error) {
    answer.postMessage(String(error) satisfies Answer);
  }
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}

if (!isMainThread) parentPort?.on('message', serve);
