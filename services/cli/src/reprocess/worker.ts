/** A worker thread of `emso reprocess`: plans once, then does the tasks it is sent, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Observatory } from '@emso/core';
import { planObservatory } from '@emso/pipeline';
import { type RebuildTask, rebuild } from './rebuild.ts';

if (parentPort === null) throw new Error('expected to run as a worker thread of emso reprocess');
const port = parentPort;
const { plans } = planObservatory(workerData as Observatory);
port.on('message', (task: RebuildTask) => {
  port.postMessage(rebuild(plans[task.plan], task));
});
