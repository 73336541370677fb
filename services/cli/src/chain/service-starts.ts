/** How often the services of a directory were started, from the logs that `emso up` keeps there. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { iso } from '@emso/core';

/** Of a log, no more than this is looked at: a crash loop fills its end. */
const TAIL_BYTES = 1024 * 1024;

/** Starts since `sinceMs` that the log still shows; undefined when it shows none, or there is no log. */
export async function startsOf(dir: string, service: string, sinceMs: number): Promise<number | undefined> {
  const tail = await readTail(join(dir, 'logs', `${service}.log`));
  const since = iso(sinceMs).slice(0, 19);
  let starts = 0;
  for (const [, time] of tail.matchAll(/"time":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[^\n]*"msg":"listening"/g)) {
    if (time >= since) starts++;
  }
  return starts === 0 ? undefined : starts;
}

async function readTail(path: string): Promise<string> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(Math.min(size, TAIL_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return Buffer.from(bytes.subarray(0, bytesRead)).toString('latin1');
  } finally {
    await handle.close();
  }
}
