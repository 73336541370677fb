/** A worker thread of `emso reprocess`: is told the observatory, then does the tasks it is sent, one at a time. */
import { parentPort } from 'node:worker_threads';
import type { Observatory } from '@emso/core';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import { type RebuildTask, rebuild } from './rebuild.ts';

if (parentPort === null) throw new Error('expected to run as a worker thread of emso reprocess');
const port = parentPort;
let plans: readonly SensorPlan[] = [];
port.on('message', (message: Observatory | RebuildTask) => {
  if ('platforms' in message) plans = planObservatory(message).plans;
  else port.postMessage(rebuild(plans[message.plan], message));
});
