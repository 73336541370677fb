/** From the socket to the CSV: an observer outside the chain reads the file as it grows and notes when each row could be read. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { dayOf, parseIso } from '@emso/core';
import { productPaths } from '@emso/products';
import { parseMetrics } from '../services/cli/src/chain/scrape.ts';
import { startTestChain } from '../test/support/chain.ts';

export interface Latency {
  readonly rows: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly memoryMb: { readonly service: string; readonly mb: number }[];
}

const POLL_MS = 1;

/** Sends `lines` lines of one sensor, one every `cadenceMs`, and watches its CSV. A row's own time is its reception. */
export async function measureLatency(lines: number, cadenceMs: number): Promise<Latency> {
  const chain = await startTestChain({ seed: 1, lines, faults: [], cadenceMs, only: ['microcat'] });
  try {
    const [plan] = chain.plans;
    const file = path.join(chain.dataDir, productPaths(plan.sensor, dayOf(Date.now())).csv);
    const latencies: number[] = [];
    let ended = false;
    void chain.simulator.done.then(() => {
      ended = true;
    });
    let offset = 0;
    let rest = '';
    const buffer = Buffer.alloc(1 << 16);
    for (let idleMs = 0; !ended || idleMs < 1000; idleMs += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const read = readAt(file, buffer, offset);
      if (read === 0) continue;
      idleMs = 0;
      const nowMs = Date.now();
      offset += read;
      const rows = (rest + buffer.toString('utf8', 0, read)).split('\n');
      rest = rows.pop() as string;
      for (const row of rows) {
        const timeMs = parseIso(row.slice(0, row.indexOf(',')));
        if (timeMs !== undefined) latencies.push(nowMs - timeMs);
      }
    }
    const memoryMb = await Promise.all(
      (['acquirer', 'decoder', 'qc', 'writer'] as const).map(async (service) => {
        const samples = parseMetrics(await (await fetch(`${chain.service(service).url}/metrics`)).text());
        const bytes = samples.find(({ name }) => name === 'process_resident_memory_bytes')?.value ?? 0;
        return { service, mb: bytes / 1e6 };
      }),
    );
    latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
    return { rows: latencies.length, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1), memoryMb };
  } finally {
    await chain.stop();
  }
}

/** Opens the file anew each time: a rebuild may have put another in its place. */
function readAt(file: string, buffer: Buffer, offset: number): number {
  if (!existsSync(file)) return 0;
  const fd = openSync(file, 'r');
  try {
    return readSync(fd, buffer, 0, buffer.length, offset);
  } finally {
    closeSync(fd);
  }
}
