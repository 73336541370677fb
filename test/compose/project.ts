/** A Compose project of its own on this machine's engine: started, looked at, killed, and removed with all that belongs to it. */
import path from 'node:path';
import { waitFor } from '../support/waiting.ts';
import { run } from './engine.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Container {
  readonly id: string;
  readonly name: string;
  /** Its block in docker-compose.yml. */
  readonly service: string;
  readonly running: boolean;
  readonly exitCode: number;
  /** How often the engine started it again by itself. */
  readonly restarts: number;
  /** Its address on the project's network, reachable from this machine; empty while it does not run. */
  readonly address: string;
  readonly health: string;
  readonly outOfMemory: boolean;
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly State: {
    readonly Running: boolean;
    readonly Restarting: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Health?: { readonly Status: string };
  };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

export interface Project {
  /** Calls Compose with the environment of the project; returns what it printed. */
  compose(...args: string[]): Promise<string>;
  /** The containers of the services, in order of name; runs of the command are not among them. */
  containers(service?: string): Promise<Container[]>;
  /** Waits until every container of a service does its work. */
  ready(service: string, timeoutMs?: number): Promise<void>;
  /** Removes containers, network and volumes. */
  remove(): Promise<void>;
}

/** The project `name` of docker-compose.yml with these settings. Nothing is started. */
export function project(command: readonly string[], name: string, env: Readonly<Record<string, string>>): Project {
  const [program, ...first] = command;
  const compose = (...args: string[]): Promise<string> =>
    run(
      program,
      [...first, '--project-directory', ROOT, '-f', path.join(ROOT, 'docker-compose.yml'), '-p', name, ...args],
      env,
    );
  const containers = async (service?: string): Promise<Container[]> => {
    const filters = [`com.docker.compose.project=${name}`, 'com.docker.compose.oneoff=False'];
    if (service !== undefined) filters.push(`com.docker.compose.service=${service}`);
    const ids = await run('docker', ['ps', '-aq', ...filters.flatMap((filter) => ['--filter', `label=${filter}`])]);
    if (ids.trim() === '') return [];
    const inspected = JSON.parse(await run('docker', ['inspect', ...ids.trim().split('\n')])) as Inspected[];
    return inspected.map(containerOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    compose,
    containers,
    async ready(service, timeoutMs = 60_000) {
      await waitFor(
        async () => {
          const own = await containers(service);
          const answers = await Promise.all(own.map(readiness));
          const late = answers.find((answer) => answer !== true);
          return own.length > 0 && late === undefined ? true : Promise.reject(new Error(`${late ?? 'no container'}`));
        },
        { what: `${service} to be ready`, timeoutMs },
      );
    },
    async remove() {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '15');
    },
  };
}

function containerOf(inspected: Inspected): Container {
  const { State: state, Config: config, NetworkSettings: settings } = inspected;
  return {
    id: inspected.Id,
    name: inspected.Name.slice(1),
    service: config.Labels['com.docker.compose.service'],
    running: state.Running && !state.Restarting,
    exitCode: state.ExitCode,
    restarts: inspected.RestartCount,
    address: Object.values(settings.Networks)[0]?.IPAddress ?? '',
    health: state.Health?.Status ?? 'none',
    outOfMemory: state.OOMKilled,
  };
}

/** Where the servers that are not ours say that they work. */
const HEALTH: Readonly<Record<string, string>> = { nats: '8222/healthz', prometheus: '9090/-/ready' };

/** True, or why not. */
async function readiness({ service, id, running, address }: Container): Promise<true | string> {
  if (!running || address === '') return `${service} does not run`;
  if (service === 'redis') {
    const answer = await run('docker', ['exec', id, 'redis-cli', 'ping']);
    return answer.trim() === 'PONG' || answer;
  }
  const response = await fetch(`http://${address}:${HEALTH[service] ?? '9464/readyz'}`, {
    signal: AbortSignal.timeout(2000),
  });
  const said = await response.text();
  return response.ok || `${service}: ${said}`;
}
