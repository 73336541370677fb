/**
 * The whole chain on one machine: nats-server, redis-server where it is installed, and one process per service, each started
 * again when it ends. What production does with Compose, for a laptop and for tests.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFailure, EXIT } from '../command-failure.ts';

export const SERVICES = ['acquirer', 'decoder', 'qc', 'writer'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ChainOptions {
  readonly observatoryFile: string;
  /** Everything lives under here: `data/`, `spool/`, `nats/`, `run/`, `logs/`, and what the publisher and catalog-sync remember. */
  readonly dir: string;
  /** The directory on the NAS, with its sentinel: then the publisher runs too. */
  readonly nasDir?: string | undefined;
  /** True where the site file says where catalogue records go: then catalog-sync runs too. */
  readonly catalogue?: boolean;
  /** Added to the environment of the services. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Chain {
  readonly dataDir: string;
  readonly runDir: string;
  readonly natsUrl: string;
  /** Pid of a member now, undefined while it is being started again. */
  pid(name: ServiceName | 'nats-server'): number | undefined;
  /** Times a member was started again. */
  restarts(): ReadonlyMap<string, number>;
  /** Stops everything: services first, each with time to drain, then the servers. */
  stop(): Promise<void>;
}

/** Debian keeps nats-server in /usr/sbin, which is not on every PATH. */
const PATH = `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`;

const RESTART_MS = 300;
const STOP_LIMIT_MS = 12_000;

interface Member {
  readonly name: string;
  child: ChildProcess | undefined;
  restarts: number;
}

/** Starts the chain. Throws CommandFailure 3 when nats-server is not installed. */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { dir } = options;
  const dirs = Object.fromEntries(
    ['data', 'spool', 'nats', 'run', 'logs'].map((name) => [name, join(dir, name)]),
  ) as Record<'data' | 'spool' | 'nats' | 'run' | 'logs', string>;
  // Addresses of an earlier run would be taken for ours.
  rmSync(dirs.run, { recursive: true, force: true });
  for (const path of Object.values(dirs)) mkdirSync(path, { recursive: true });
  const members = new Map<string, Member>();
  let stopping = false;

  const keep = (name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv): void => {
    const member = members.get(name) ?? { name, child: undefined, restarts: 0 };
    members.set(name, member);
    const logFile = join(dirs.logs, `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env, PATH } });
    member.child = child;
    closeSync(log);
    child.on('exit', (code, signal) => {
      member.child = undefined;
      if (stopping) return;
      member.restarts++;
      // The first, second, fourth, eighth … time: a crash loop must be seen, not flood the terminal.
      if ((member.restarts & (member.restarts - 1)) === 0) {
        const how = signal ?? `exit ${code}`;
        process.stderr.write(
          `${name} ended (${how}), started again for the ${member.restarts}. time: ${lastWords(logFile)}\n`,
        );
      }
      setTimeout(() => {
        if (!stopping) keep(name, command, args, env);
      }, RESTART_MS);
    });
  };

  const natsPort = await freePort();
  requireCommand('nats-server', 'apt-get install nats-server');
  const natsConfig = join(dir, 'nats.conf');
  writeFileSync(natsConfig, natsConfigOf(natsPort, dirs.nats));
  keep('nats-server', 'nats-server', ['-c', natsConfig], {});
  const natsUrl = `nats://127.0.0.1:${natsPort}`;
  const env: Record<string, string> = {
    EMSO_OBSERVATORY: options.observatoryFile,
    EMSO_NATS_URL: natsUrl,
    EMSO_DATA_DIR: dirs.data,
    EMSO_SPOOL_DIR: dirs.spool,
    EMSO_RUN_DIR: dirs.run,
    ...options.env,
  };
  if (isInstalled('redis-server')) {
    const port = await freePort();
    // Only what may be lost is kept there: no files.
    keep(
      'redis-server',
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {},
    );
    env['EMSO_REDIS_URL'] = `redis://127.0.0.1:${port}`;
  }
  const services: string[] = [...SERVICES];
  if (options.nasDir !== undefined) {
    services.push('publisher');
    Object.assign(env, { EMSO_NAS_DIR: options.nasDir, EMSO_PUBLISHER_DIR: join(dir, 'publisher') });
  }
  if (options.catalogue === true) {
    services.push('catalog-sync');
    env['EMSO_CATALOGUE_DIR'] = join(dir, 'catalogue');
  }
  for (const service of services) {
    const main = fileURLToPath(new URL(`../../../${service}/src/main.ts`, import.meta.url));
    keep(service, process.execPath, [main], env);
  }

  const end = async (names: readonly string[]): Promise<void> => {
    await Promise.all(
      names.map(async (name) => {
        const child = members.get(name)?.child;
        if (child === undefined) return;
        const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        child.kill('SIGTERM');
        const hard = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
        await ended;
        clearTimeout(hard);
      }),
    );
  };
  return {
    dataDir: dirs.data,
    runDir: dirs.run,
    natsUrl,
    pid: (name) => members.get(name)?.child?.pid,
    restarts: () => new Map([...members].map(([name, member]) => [name, member.restarts])),
    async stop() {
      stopping = true;
      await end(services);
      await end(['nats-server', 'redis-server']);
    },
  };
}

/**
 * Without a limit of its own, nats-server takes three quarters of the free disk for one, anew at every start: a disk that filled up
 * meanwhile would keep RAW from coming back.
 */
function natsConfigOf(port: number, storeDir: string): string {
  return `host: 127.0.0.1\nport: ${port}\njetstream { store_dir: ${JSON.stringify(storeDir)}, max_file_store: 16GB }\n`;
}

/** The last thing a member said that sounds like a reason. */
function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20);
  const grave = lines.findLast((line) => /"level":"(fatal|error)"/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  const message = /"msg":"((?:[^"\\]|\\.)*)"/.exec(grave)?.[1] ?? grave;
  return `${message.slice(0, 300)} (${logFile})`;
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore', env: { ...process.env, PATH } }).error === undefined;
}

function requireCommand(command: string, install: string): void {
  if (!isInstalled(command))
    throw new CommandFailure(EXIT.unreachable, `expected ${command} on PATH, found none: ${install}`);
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
