/** Waiting for conditions, never for a fixed time; free ports; directories that vanish with the test process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';

export interface WaitOptions {
  /** What is awaited, for the error: "the consumer to be idle". */
  readonly what: string;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

const POLL_MS = 10;
/** Looking takes at most a third of the time: what is awaited needs the processor too. */
const PAUSE_PER_LOOK = 2;
const LONGEST_PAUSE_MS = 500;

/**
 * Polls until `condition` gives something truthy, and resolves to it. A condition that throws is not fulfilled yet. Rejects
 * after `timeoutMs` with what was awaited and the last value or error.
 */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<T>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = performance.now() + timeoutMs;
  let last = (): string => 'nothing: it never answered';
  for (;;) {
    const startedMs = performance.now();
    const left = deadline - startedMs;
    if (left <= 0) throw new Error(`waited ${timeoutMs} ms for ${options.what}; last seen: ${last()}`);
    try {
      const value = await within(condition, left);
      if (value) return value;
      last = () => inspect(value, { depth: 4 });
    } catch (error) {
      if (error !== EXPIRED) last = () => inspect(error, { depth: 2 });
    }
    const pauseMs = Math.min((performance.now() - startedMs) * PAUSE_PER_LOOK, LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(POLL_MS, pauseMs), left)));
  }
}

const EXPIRED = Symbol('expired');

/** The condition's answer, or a rejection with EXPIRED: the condition itself may hang, on a frozen server for instance. */
function within<T>(condition: () => T | Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(EXPIRED), limitMs);
    (async () => condition())()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

/** A TCP port on 127.0.0.1 that was free a moment ago, chosen by the kernel. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const directories: string[] = [];

/** A directory of its own, removed when the test process ends. */
export function temporaryDirectory(prefix: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `emso-${prefix}-`));
  if (directories.push(directory) === 1) {
    process.on('exit', () => {
      if (process.env.EMSO_KEEP_TEST_FILES) return;
      for (const each of directories) rmSync(each, { recursive: true, force: true, maxRetries: 3 });
    });
  }
  return directory;
}
