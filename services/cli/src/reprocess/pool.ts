/**
 * The hands of a reprocessing: this thread and, from two workers on, worker threads beside it, each taking the next task whenever
 * it is done with one. They are started before anything is read, so that they load their code while this thread looks around.
 */
import { Worker } from 'node:worker_threads';
import type { Observatory } from '@emso/core';
import type { RebuildOutcome, RebuildTask } from './rebuild.ts';

export interface Done {
  readonly task: RebuildTask;
  readonly outcome: RebuildOutcome;
}

export interface Pool {
  /** Does all tasks; `here` does one in this thread, the others plan the observatory themselves. Rejects with the first failure. */
  run(
    observatory: Observatory,
    tasks: readonly RebuildTask[],
    here: (task: RebuildTask) => RebuildOutcome,
    step: () => void,
  ): Promise<Done[]>;
  close(): Promise<void>;
}

/** Starts `workers - 1` threads. */
export function openPool(workers: number): Pool {
  const threads = Array.from({ length: workers - 1 }, () => new Worker(new URL('./worker.ts', import.meta.url)));
  return {
    async run(observatory, tasks, here, step) {
      for (const thread of threads) thread.postMessage(observatory);
      const done: Done[] = [];
      let next = 0;
      const takeTurns = async (perform: (task: RebuildTask) => Promise<RebuildOutcome>): Promise<void> => {
        while (next < tasks.length) {
          const task = tasks[next++];
          done.push({ task, outcome: await perform(task) });
          step();
        }
      };
      const inThisThread = async (task: RebuildTask): Promise<RebuildOutcome> => {
        const outcome = here(task);
        // Lets the others report.
        await new Promise((resolve) => setImmediate(resolve));
        return outcome;
      };
      await Promise.all([inThisThread, ...threads.map(performOn)].map(takeTurns));
      return done;
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function performOn(thread: Worker): (task: RebuildTask) => Promise<RebuildOutcome> {
  return (task) =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        thread.removeAllListeners('message').removeAllListeners('error');
        act();
      };
      thread.once('message', (outcome: RebuildOutcome) => settle(() => resolve(outcome)));
      thread.once('error', (error) => settle(() => reject(error)));
      thread.postMessage(task);
    });
}
