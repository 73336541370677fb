/** The chain under test: real services, a real nats-server, simulated boxes; any member can be killed and comes back. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import { parseDocument } from 'yaml';
import { demoSensors, writeDemoSite } from '../../services/cli/src/demo/site.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../services/cli/src/simulate/simulator.ts';
import { loadSiteFile } from '../../services/cli/src/site-file.ts';
import { type NatsServer, type Service, spawnService, startNats, temporaryDirectory } from './servers.ts';

export const SITE = path.resolve(import.meta.dirname, '../../deploy/observatory/emso-ligure-ouest.yaml');
export const ROLES = ['acquirer', 'decoder', 'qc', 'writer', 'nats'] as const;
export type Role = (typeof ROLES)[number];
type ServiceRole = Exclude<Role, 'nats'>;

/** The services on one site file, with a broker of their own. */
export interface ServiceChain {
  readonly site: string;
  readonly dataDir: string;
  readonly spoolDir: string;
  readonly plans: readonly SensorPlan[];
  readonly nats: NatsServer;
  service(role: ServiceRole): Service;
  /** True when the broker has nothing more to deliver to anybody, and no answer outstanding; else it throws with what it has. */
  isQuiet(): Promise<boolean>;
  /** SIGKILL, then a start on the same disk. Resolves when it runs again. */
  killAndRestart(role: Role): Promise<void>;
  /** Starts a service that does not run, on the disk of its last start, with more environment. */
  start(role: ServiceRole, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Stops a service and starts it again with more environment. */
  restartWith(role: ServiceRole, env: Readonly<Record<string, string>>): Promise<void>;
  /** One more decoder beside the first; whoever asks for it stops it. */
  secondDecoder(): Promise<Service>;
  stop(): Promise<void>;
}

export interface TestChain extends ServiceChain {
  readonly logDir: string;
  readonly simulator: Simulator;
}

export interface ServiceChainOptions {
  /** Added to the environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to that of one service. */
  readonly envOf?: Readonly<Partial<Record<ServiceRole, Readonly<Record<string, string>>>>>;
  /** Called with the directories of the chain, which are empty, before anything of ours starts. */
  readonly prepare?: (dirs: { dataDir: string; spoolDir: string; nats: NatsServer }) => Promise<void>;
}

export interface TestChainOptions extends ServiceChainOptions, Pick<SimulatorOptions, 'seed' | 'lines' | 'faults'> {
  readonly cadenceMs: number;
  /** What the site file promises of each sensor; as it stands there when absent. A pause of more than three of them is a gap. */
  readonly promisedCadenceMs?: number;
  /** The kind of the NetCDF files of sealed days; as the site file says when absent. */
  readonly sealedFormat?: 'netcdf3' | 'netcdf4';
  /** Sensors to simulate; all that can be when absent. */
  readonly only?: readonly string[];
}

/** What is read of nats-server's `/jsz`. */
interface JetStreamState {
  readonly account_details: {
    readonly stream_detail: {
      readonly consumer_detail?: {
        readonly name: string;
        readonly config: { readonly durable_name?: string };
        readonly num_pending: number;
        readonly num_ack_pending: number;
      }[];
    }[];
  }[];
}

/** Settings that make minutes seconds: nothing else differs from production. */
const FAST = {
  EMSO_NETCDF_INTERVAL_MS: '500',
  EMSO_TICK_MS: '100',
  EMSO_VERDICT_TIMEOUT_MS: '2000',
  EMSO_SEAL_INTERVAL_MS: '500',
  EMSO_LOG_LEVEL: 'warn',
};

/** Starts boxes for the cabled sensors of the real site file, a broker and every service. */
export async function startTestChain(options: TestChainOptions): Promise<TestChain> {
  const dir = temporaryDirectory('chain');
  const logDir = path.join(dir, 'sent');
  const observatory = loadSiteFile(SITE);
  const sensors = demoSensors(observatory)
    .filter(({ id }) => options.only?.includes(id) ?? true)
    .map((sensor) => ({ ...sensor, cadenceMs: options.cadenceMs }));
  const { seed, lines, faults } = options;
  const simulator = await startSimulator({ seed, lines, faults, sensors, logDir, speed: 1, startMs: Date.now() });
  const site = path.join(dir, 'observatory.yaml');
  writeDemoSite(SITE, site, simulator.endpoints);
  if (options.promisedCadenceMs !== undefined)
    promise(site, new Set(simulator.endpoints.keys()), options.promisedCadenceMs);
  if (options.sealedFormat !== undefined) sealAs(site, options.sealedFormat);
  const chain = await startChainOn(site, options);
  const ids = new Set(sensors.map(({ id }) => id));
  return {
    ...chain,
    logDir,
    simulator,
    plans: chain.plans.filter(({ sensor }) => ids.has(sensor.id)),
    async stop() {
      await simulator.stop();
      await chain.stop();
    },
  };
}

/** Starts a broker and every service on a site file that is there. */
export async function startChainOn(site: string, options: ServiceChainOptions = {}): Promise<ServiceChain> {
  const dir = temporaryDirectory('chain');
  const nats = await startNats();
  const [dataDir, spoolDir] = ['data', 'spool'].map((name) => path.join(dir, name));
  for (const each of [dataDir, spoolDir]) mkdirSync(each);
  await options.prepare?.({ dataDir, spoolDir, nats });
  const env = {
    ...FAST,
    EMSO_OBSERVATORY: site,
    EMSO_NATS_URL: nats.url,
    EMSO_DATA_DIR: dataDir,
    EMSO_SPOOL_DIR: spoolDir,
    ...options.env,
  };
  const services = new Map<ServiceRole, Service>();
  const start = async (role: ServiceRole, more: Readonly<Record<string, string>> = {}): Promise<void> => {
    const before = services.get(role);
    const where = before === undefined ? {} : { directory: before.directory };
    services.set(role, await spawnService(role, { env: { ...env, ...options.envOf?.[role], ...more }, ...where }));
  };
  await Promise.all((['writer', 'qc', 'decoder', 'acquirer'] as const).map((role) => start(role)));
  const service = (role: ServiceRole): Service => {
    const found = services.get(role);
    if (found === undefined) throw new Error(`expected a running ${role}, found none`);
    return found;
  };
  return {
    site,
    dataDir,
    spoolDir,
    plans: planObservatory(loadSiteFile(site)).plans,
    nats,
    service,
    async isQuiet() {
      const response = await fetch(`${nats.monitorUrl}/jsz?streams=true&consumers=true&config=true`);
      const { account_details: accounts } = (await response.json()) as JetStreamState;
      const consumers = accounts
        .flatMap((account) => account.stream_detail)
        .flatMap((stream) => stream.consumer_detail ?? [])
        // Who reads a stream once and was killed leaves a consumer behind, until the broker clears it away.
        .filter(({ config }) => config.durable_name !== undefined);
      if (consumers.length === 0) throw new Error('the broker has no consumer');
      const busy = consumers.filter((consumer) => consumer.num_pending > 0 || consumer.num_ack_pending > 0);
      if (busy.length === 0) return true;
      const counts = busy.map((each) => `${each.name} ${each.num_pending} + ${each.num_ack_pending} unanswered`);
      throw new Error(`pending: ${counts.join(', ')}`);
    },
    async killAndRestart(role) {
      if (role === 'nats') {
        await nats.kill('SIGKILL');
        await nats.restart();
        return;
      }
      await service(role).kill('SIGKILL');
      await start(role);
    },
    start,
    secondDecoder: () => spawnService('decoder', { env }),
    async restartWith(role, more) {
      await service(role).stop();
      await start(role, more);
    },
    async stop() {
      await Promise.all([...services.values()].map((running) => running.stop()));
      await nats.stop();
    },
  };
}

function sealAs(siteFile: string, format: string): void {
  const document = parseDocument(readFileSync(siteFile, 'utf8'));
  document.setIn(['observatory', 'netcdf'], { format });
  writeFileSync(siteFile, document.toString());
}

function promise(siteFile: string, sensors: ReadonlySet<string>, cadenceMs: number): void {
  const document = parseDocument(readFileSync(siteFile, 'utf8'));
  const site = document.toJS() as { platforms: { sensors: { id: string }[] }[] };
  site.platforms.forEach((platform, p) => {
    platform.sensors.forEach(({ id }, s) => {
      if (sensors.has(id)) document.setIn(['platforms', p, 'sensors', s, 'cadenceMs'], cadenceMs);
    });
  });
  writeFileSync(siteFile, document.toString());
}
