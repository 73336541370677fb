/**
 * Real servers for tests, started from the binaries of this machine on free ports of 127.0.0.1 with stores of their own.
 * Everything here ends with the test process; `stop()` ends it earlier.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type Child, type ChildOptions, type Exit, startChild } from './child.ts';
import { freePort, temporaryDirectory, waitFor } from './waiting.ts';

export { type Service, spawnService } from './services.ts';
export { freePort, temporaryDirectory, waitFor } from './waiting.ts';

interface Server {
  readonly url: string;
  readonly pid: number;
  /** Asks the server to stop and resolves when it has. */
  stop(): Promise<Exit>;
  /** Sends a signal (default SIGKILL) and resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Freezes the server: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Stops it if it runs and starts it again on the same port and store; resolves when it answers. */
  restart(): Promise<void>;
}

export interface NatsServer extends Server {
  readonly monitorUrl: string;
  readonly storeDir: string;
}

export type RedisServer = Server;

/** Debian keeps nats-server in /usr/sbin, which is not on every PATH. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };

const START_TIMEOUT_MS = 20_000;

/** How often to look for other ports when somebody else took ours between asking and listening. */
const PORT_ATTEMPTS = 3;

/** A nats-server with JetStream. Resolves when its `/healthz` says ok; rejects with its log when it ends before that. */
export async function startNats(): Promise<NatsServer> {
  const storeDir = temporaryDirectory('nats');
  return onFreePorts(2, async ([port, monitorPort]) => {
    const monitorUrl = `http://127.0.0.1:${monitorPort}`;
    // With a limit of its own the server does not ask how much of the disk is free.
    const config = path.join(storeDir, 'nats.conf');
    writeFileSync(config, `jetstream { store_dir: ${JSON.stringify(storeDir)}, max_file_store: 16GB }\n`);
    const args = ['-c', config, '-a', '127.0.0.1', '-p', String(port), '-m', String(monitorPort)];
    const server = await startServer(
      { command: 'nats-server', args, cwd: storeDir, env: ENVIRONMENT },
      `nats://127.0.0.1:${port}`,
      async () => (await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(1000) })).ok,
    );
    return Object.assign(server, { monitorUrl, storeDir });
  });
}

/** A redis-server that keeps nothing on disk. Resolves when it answers PING. */
export async function startRedis(): Promise<RedisServer> {
  const cwd = temporaryDirectory('redis');
  return onFreePorts(1, ([port]) => {
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', cwd];
    const options = { command: 'redis-server', args, cwd, env: ENVIRONMENT };
    return startServer(options, `redis://127.0.0.1:${port}`, async () =>
      (await ask(port, 'PING\r\n')).startsWith('+PONG'),
    );
  });
}

async function startServer(options: ChildOptions, url: string, answers: () => Promise<boolean>): Promise<Server> {
  const name = path.basename(options.command);
  const start = async (): Promise<Child> => {
    const started = await startChild(options);
    const ready = await waitFor(async () => (started.exit() ? 'ended' : (await answers()) && 'answers'), {
      what: `${name} to answer at ${url}`,
      timeoutMs: START_TIMEOUT_MS,
    }).catch(async (error: Error) => {
      await started.kill();
      throw error;
    });
    if (ready === 'ended') {
      const said = [...started.stdout, ...started.stderr].slice(-10).join('\n');
      throw new Error(
        `expected ${name} to answer at ${url}, but it ended (${JSON.stringify(started.exit())}):\n${said}`,
      );
    }
    return started;
  };
  let child = await start();
  return {
    url,
    get pid() {
      return child.pid;
    },
    stop: () => child.stop(),
    kill: (signal) => child.kill(signal),
    pause: () => child.pause(),
    resume: () => child.resume(),
    restart: async () => {
      await child.stop();
      child = await start();
    },
  };
}

async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    try {
      return await start(ports);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

/** Sends a line and resolves to the first bytes that come back. */
function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(line));
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer within 1 s')));
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1'));
    });
    socket.once('end', () => reject(new Error('the connection was closed without an answer')));
  });
}
