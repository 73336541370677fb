/** What an observer outside the chain sees while an import runs: memory, processor time, open files, the delay of a live line. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { dayOf, parseIso } from '@emso/core';
import { productPaths } from '@emso/products';
import type { TestChain } from '../test/support/chain.ts';
import { waitFor } from '../test/support/servers.ts';

const SAMPLE_MS = 500;

/** Samples resident memory and open files of a process that may be replaced by another one. */
export function watchProcess(pid: () => number): { take(): string; stop(): void } {
  let samples: { mb: number; files: number }[] = [];
  /** Processor seconds by process. */
  let cpu = new Map<number, { from: number; to: number }>();
  const timer = setInterval(() => {
    const at = `/proc/${pid()}`;
    try {
      // User and system time, in hundredths of a second; the name before them may hold blanks.
      const times = readFileSync(`${at}/stat`, 'latin1').split(') ')[1].split(' ');
      const to = (Number(times[11]) + Number(times[12])) / 100;
      cpu.set(pid(), { from: cpu.get(pid())?.from ?? 0, to });
      const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${at}/status`, 'utf8'))?.[1]);
      if (kb > 0) samples.push({ mb: kb / 1024, files: readdirSync(`${at}/fd`).length });
    } catch {
      // Between two processes.
    }
  }, SAMPLE_MS);
  return {
    take() {
      const tenths = Array.from({ length: 10 }, (_, i) => samples[Math.floor((i * samples.length) / 10)]);
      const cpuS = [...cpu.values()].reduce((sum, { from, to }) => sum + to - from, 0);
      cpu = new Map([...cpu].map(([each, { to }]) => [each, { from: to, to }]));
      const text = `${cpuS.toFixed(0)} s of a core, memory ${tenths.map((each) => each?.mb.toFixed(0)).join(' ')} MB, at most ${Math.max(...samples.map(({ mb }) => mb)).toFixed(0)} MB, at most ${Math.max(...samples.map(({ files }) => files))} open files`;
      samples = [];
      return text;
    },
    stop: () => clearInterval(timer),
  };
}

const POLL_MS = 5;

/** Follows the CSV of a live sensor and notes when each row could be read; a row's own time is its reception. */
export function watchLive(chain: TestChain, sensor: string) {
  const { sensor: config } = chain.plans.find((plan) => plan.sensor.id === sensor) as TestChain['plans'][number];
  let delays: number[] = [];
  let total = 0;
  let stopped = false;
  let lastMs = 0;
  let lastRow = '';
  const buffer = Buffer.alloc(1 << 20);
  const apart: { fromMs: number; toMs: number }[] = [];
  const isApart = (timeMs: number): boolean => apart.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs <= toMs);
  const following = (async () => {
    for (; !stopped; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
      const file = path.join(chain.dataDir, productPaths(config, dayOf(Date.now())).csv);
      if (!existsSync(file)) continue;
      // A rebuild may have put another file in its place: look at the end of whatever is there.
      const fd = openSync(file, 'r');
      const { size } = statSync(file);
      const read = readSync(fd, buffer, 0, buffer.length, Math.max(0, size - buffer.length));
      closeSync(fd);
      const nowMs = Date.now();
      const text = buffer.toString('latin1', Math.max(0, lastRow === '' ? 0 : buffer.lastIndexOf(lastRow, read)), read);
      for (const row of text.split('\n').slice(0, -1)) {
        const timeMs = parseIso(row.slice(0, row.indexOf(',')));
        if (timeMs === undefined || timeMs <= lastMs) continue;
        lastMs = timeMs;
        lastRow = row;
        total++;
        if (!isApart(timeMs)) delays.push(nowMs - timeMs);
      }
    }
  })();
  return {
    isFlowing: () => waitFor(() => total > 20, { what: 'live lines', timeoutMs: 30_000 }),
    /** Does something that must not count: a writer that does not run takes no line. */
    async apart(work: () => Promise<void>): Promise<void> {
      const span = { fromMs: Date.now() - 500, toMs: Number.POSITIVE_INFINITY };
      apart.push(span);
      await work();
      span.toMs = Date.now() + 3000;
    },
    take(): string {
      const sorted = delays.sort((a, b) => a - b);
      delays = [];
      const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
      return `${sorted.length} lines, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`;
    },
    async stop(): Promise<void> {
      stopped = true;
      await following;
    },
  };
}
