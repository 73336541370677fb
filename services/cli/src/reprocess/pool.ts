/**
 * The hands of a reprocessing: this thread and, from two workers on, worker threads beside it. All take the next task from one shared
 * counter, so that nobody waits for an answer while this thread is busy with a day of its own. Threads are started before anything
 * is read: they load their code while this one looks around.
 */
import { Worker } from 'node:worker_threads';
import type { ExpertFlag, Observatory } from '@emso/core';
import type { RebuildOutcome, RebuildTask } from './rebuild.ts';

export interface Done {
  readonly task: RebuildTask;
  readonly outcome: RebuildOutcome;
}

/** What sensors are planned from. */
export interface Site {
  readonly observatory: Observatory;
  readonly flags: readonly ExpertFlag[];
}

/** What a thread is given: it does the tasks whose index the shared counter gives it. */
export interface Round {
  readonly site: Site;
  readonly tasks: readonly RebuildTask[];
  readonly counter: Int32Array<SharedArrayBuffer>;
}

/** What a thread says: the outcome of a task, or that there is none left for it. */
export type Answer = { readonly index: number; readonly outcome: RebuildOutcome } | 'no more';

export interface Pool {
  /** Does all tasks; `here` does one in this thread, the others plan the sensors themselves. Rejects with the first failure. */
  run(
    site: Site,
    tasks: readonly RebuildTask[],
    here: (task: RebuildTask) => RebuildOutcome,
    step: (task: RebuildTask) => void,
  ): Promise<Done[]>;
  close(): Promise<void>;
}

/** Starts `workers - 1` threads. */
export function openPool(workers: number): Pool {
  const threads = Array.from({ length: workers - 1 }, () => new Worker(new URL('./worker.ts', import.meta.url)));
  return {
    async run(site, tasks, here, step) {
      const counter = new Int32Array(new SharedArrayBuffer(4));
      const done: Done[] = [];
      const finished = (index: number, outcome: RebuildOutcome): void => {
        done.push({ task: tasks[index], outcome });
        step(tasks[index]);
      };
      const others = threads.map((thread) => roundOn(thread, { site, tasks, counter }, finished));
      const mine = async (): Promise<void> => {
        for (let index = takeNext(counter); index < tasks.length; index = takeNext(counter)) {
          finished(index, here(tasks[index]));
          // Lets the others report.
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await Promise.all([mine(), ...others]);
      return done;
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

/** The index of a task that nobody else has; beyond the last one when none is left. */
export function takeNext(counter: Int32Array<SharedArrayBuffer>): number {
  return Atomics.add(counter, 0, 1);
}

function roundOn(
  thread: Worker,
  round: Round,
  finished: (index: number, outcome: RebuildOutcome) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      thread.removeAllListeners('message').removeAllListeners('error');
      act();
    };
    thread.on('message', (answer: Answer) => {
      if (answer === 'no more') settle(resolve);
      else finished(answer.index, answer.outcome);
    });
    thread.once('error', (error) => settle(() => reject(error)));
    thread.postMessage(round);
  });
}
