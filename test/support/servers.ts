/**
 * Real servers for tests, on free ports of 127.0.0.1 with stores of their own, from the binaries of this machine or, where the
 * environment names an image, in containers. Everything here ends with the test process; `stop()` ends it earlier.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { runBinary } from './binary-server.ts';
import type { Exit } from './child.ts';
import type { ServerProgram, ServerRun } from './server-run.ts';
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

/** The variables that name the image to run a server in; without one it runs from the binary. */
const IMAGE_VARIABLES = { 'nats-server': 'EMSO_TEST_NATS_IMAGE', 'redis-server': 'EMSO_TEST_REDIS_IMAGE' } as const;

type ProgramName = keyof typeof IMAGE_VARIABLES;

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
      { command: 'nats-server', args, directory: storeDir },
      `nats://127.0.0.1:${port}`,
      async () => (await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(1000) })).ok,
    );
    return Object.assign(server, { monitorUrl, storeDir });
  });
}

/** A redis-server that keeps nothing on disk. Resolves when it answers PING. */
export async function startRedis(): Promise<RedisServer> {
  const directory = temporaryDirectory('redis');
  return onFreePorts(1, ([port]) => {
    const args = [
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
    ];
    return startServer({ command: 'redis-server', args, directory }, `redis://127.0.0.1:${port}`, async () =>
      (await ask(port, 'PING\r\n')).startsWith('+PONG'),
    );
  });
}

async function startServer(
  program: ServerProgram & { readonly command: ProgramName },
  url: string,
  answers: () => Promise<boolean>,
): Promise<Server> {
  const name = program.command;
  const launch = await backEndOf(name);
  const start = async (): Promise<ServerRun> => {
    const started = await launch(program);
    try {
      const ready = await waitFor(async () => ((await started.ended()) ? 'ended' : (await answers()) && 'answers'), {
        what: `${name} to answer at ${url}`,
        timeoutMs: START_TIMEOUT_MS,
      });
      if (ready === 'ended') {
        const [exit, said] = [await started.ended(), await started.lastWords()];
        throw new Error(`expected ${name} to answer at ${url}, but it ended (${JSON.stringify(exit)}):\n${said}`);
      }
      return started;
    } catch (error) {
      await started.kill();
      throw error;
    }
  };
  let run = await start();
  return {
    url,
    get pid() {
      return run.pid;
    },
    stop: () => run.stop(),
    kill: (signal) => run.kill(signal),
    pause: () => run.pause(),
    resume: () => run.resume(),
    restart: async () => {
      await run.stop();
      run = await start();
    },
  };
}

/** How to start a program here and now; says so once on stderr. */
async function backEndOf(name: ProgramName): Promise<(program: ServerProgram) => Promise<ServerRun>> {
  const image = process.env[IMAGE_VARIABLES[name]];
  if (!image) {
    announce(`${name} runs from the binary`);
    return runBinary;
  }
  // Loaded only here: without an engine the tests need no library for one.
  const { describeEngine, runContainer } = await import('./container-server.ts');
  announce(`${name} runs in ${await describeEngine(image)}`);
  return (program) => runContainer(image, program);
}

const announced = new Set<string>();

function announce(text: string): void {
  if (announced.has(text)) return;
  announced.add(text);
  process.stderr.write(`test servers: ${text}\n`);
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
