/** A worker thread of `emso reprocess`: takes tasks from the shared counter until none is left. */
import { parentPort } from 'node:worker_threads';
import { planObservatory } from '@emso/pipeline';
import { NETCDF4 } from './netcdf4.ts';
import { type Answer, type Round, takeNext } from './pool.ts';
import { rebuild } from './rebuild.ts';

if (parentPort === null) throw new Error('expected to run as a worker thread of emso reprocess');
const port = parentPort;
const answer = (text: Answer): void => port.postMessage(text);

port.on('message', ({ site, tasks, counter }: Round) => {
  const { plans } = planObservatory(site.observatory, site.flags, NETCDF4);
  for (let index = takeNext(counter); index < tasks.length; index = takeNext(counter)) {
    answer({ index, outcome: rebuild(plans[tasks[index].plan], tasks[index]) });
  }
  answer('no more');
});
