/** Child processes that a test may kill, freeze and restart, and that never outlive the test process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Lines kept of what a child says; older ones are dropped. */
const KEPT_LINES = 5000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** What it said, oldest first, at most 5000 lines each. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Resolves when the process is gone and its output has been read. */
  readonly exited: Promise<Exit>;
  /** How it ended; undefined while it runs. */
  exit(): Exit | undefined;
  /** Asks it to stop (SIGTERM, also when paused); after `graceMs` (default 12 s) kills it and rejects. */
  stop(graceMs?: number): Promise<Exit>;
  /** Sends a signal (default SIGKILL) and resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Freezes it: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a process. Throws when the program cannot be started at all. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(
        new Error(`expected to start ${options.command}, found: ${error.message}. Is it installed and on PATH?`, {
          cause: error,
        }),
      );
    });
  });
  guard(child);
  let ended: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      ended = { code, signal };
      resolve(ended);
    });
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  hold(child, false);

  /** Sends a signal and waits; meanwhile the child keeps this process alive. */
  const send = async (signal: NodeJS.Signals): Promise<Exit> => {
    hold(child, true);
    child.kill(signal);
    // A frozen process takes no other signal before it goes on.
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    return exited;
  };
  return {
    pid: child.pid!,
    stdout,
    stderr,
    exited,
    exit: () => ended,
    kill: async (signal = 'SIGKILL') => ended ?? send(signal),
    stop: async (graceMs = 12_000) => {
      if (ended) return ended;
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, graceMs);
      const exit = await send('SIGTERM');
      clearTimeout(timer);
      if (late)
        throw new Error(
          `expected ${options.command} (pid ${child.pid}) to stop within ${graceMs} ms of SIGTERM; killed it`,
        );
      return exit;
    },
    pause: () => {
      child.kill('SIGSTOP');
    },
    resume: () => {
      child.kill('SIGCONT');
    },
  };
}

function collect(stream: Readable): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    if (lines.push(line) > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
  });
  return lines;
}

/** Whether a child keeps the test process from ending. A forgotten one must not: it would hang the run. */
function hold(child: ChildProcess, on: boolean): void {
  for (const handle of [child, child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]) {
    if (on) handle.ref();
    else handle.unref();
  }
}

/**
 * Kills the child when this process ends, however it ends. A small shell holds the other end of a pipe: the pipe closes even
 * when this process is killed, and then the shell kills the child.
 */
function guard(child: ChildProcess): void {
  const watchdog = spawn('sh', ['-c', 'read -r _; kill -KILL "$1" 2>/dev/null', 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A group of its own: a Ctrl-C that ends the tests must not end the watchdog first.
    detached: true,
  });
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  running.add(child);
  if (!armed) {
    armed = true;
    process.on('exit', () => {
      for (const each of running) each.kill('SIGKILL');
    });
  }
  child.once('exit', () => {
    running.delete(child);
    // Before the number can belong to another process.
    watchdog.kill('SIGKILL');
  });
}

const running = new Set<ChildProcess>();
let armed = false;
