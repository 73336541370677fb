/**
 * Starts the deployment of docker-compose.yml for real, with simulated sensors, and breaks it: every container killed in turn,
 * every service crashed from inside, three decoders and one of them killed, a clean stop. Then the files must be what
 * a rebuild from the raw archive gives, and the archive what the boxes sent. Prints what it sees; ends with 1 when anything is
 * not as promised, with 3 where there is no engine to start it on.
 *
 *   node test/compose/deployment.ts [--official] [--seed N] [--cadence MS]
 *
 * --official takes the images that docker-compose.yml names; else stand-ins are made (deploy/docker/stand-in-images.sh).
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import { demoSensors, writeDemoSite } from '../../services/cli/src/demo/site.ts';
import { startSimulator } from '../../services/cli/src/simulate/simulator.ts';
import { loadSiteFile } from '../../services/cli/src/site-file.ts';
import { freePort, temporaryDirectory, waitFor } from '../support/waiting.ts';
import { composeCommand, engineVersion, run } from './engine.ts';
import { type Container, type Project, project, ROOT } from './project.ts';
import { startRelay } from './relay.ts';
import { type Away, copyOfData, isQuiet, lossesWhileAway, untilPublished, untilRebuilt } from './verdict.ts';

const SITE = path.join(ROOT, 'deploy/observatory/emso-ligure-ouest.yaml');
const SERVERS = ['nats', 'redis', 'prometheus'];
/** Every folder of services/ but the command's. */
const SERVICES = readdirSync(path.join(ROOT, 'services')).filter(
  (name) => name !== 'cli' && existsSync(path.join(ROOT, 'services', name, 'src/main.ts')),
);
/** So many lines of every sensor between two blows: what is broken must have had something to do. */
const LINES_BETWEEN = 20;
/** An acquirer that is back waits so long at most before it asks its boxes again. */
const RECONNECT_MS = 3000;

const { values: options } = parseArgs({
  options: {
    official: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    cadence: { type: 'string', default: '50' },
  },
});

const startedMs = performance.now();
const say = (text: string): void => {
  process.stdout.write(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
};
const stopping = new AbortController();
const timed = async (what: string, action: () => Promise<unknown>): Promise<void> => {
  // Between two steps only: what a step has begun to start would come after the removal.
  stopping.signal.throwIfAborted();
  const fromMs = performance.now();
  await action();
  say(`${what}: ${((performance.now() - fromMs) / 1000).toFixed(1)} s`);
};

const version = await engineVersion();
const command = await composeCommand();
if (version === undefined || command === undefined) {
  const missing = version === undefined ? 'container engine that answers' : 'Compose client';
  process.stderr.write(`expected a ${missing}, found none: nothing was started\n`);
  process.exit(3);
}
say(
  `engine ${version}, ${(await run(command[0], [...command.slice(1), 'version', '--short'])).trim()} (${command.join(' ')})`,
);

const dir = temporaryDirectory('deployment');
// The services are somebody else than we are.
chmodSync(dir, 0o755);
const nas = path.join(dir, 'nas');
mkdirSync(nas);
chmodSync(nas, 0o777);
const observatory = loadSiteFile(SITE);
writeFileSync(path.join(nas, '.emso-nas'), `${observatory.observatory.id}\n`);
const siteDir = path.join(dir, 'site');
mkdirSync(siteDir);
const site = path.join(siteDir, 'observatory.yaml');
const standIns = Object.fromEntries(
  ['node', ...SERVERS].map((name) => [
    `EMSO_${name === 'node' ? 'BASE' : name.toUpperCase()}_IMAGE`,
    `emso-stand-in/${name}`,
  ]),
);
const trial = project(command, `emso-trial-${process.pid}`, {
  ...(!options.official && { ...standIns, EMSO_NATS_SYNC: './deploy/nats/sync-nats-2.9.conf', DOCKER_BUILDKIT: '0' }),
  EMSO_IMAGE: 'emso-trial',
  EMSO_NPM_REGISTRY: (await run('npm', ['config', 'get', 'registry'])).trim(),
  EMSO_SITE_DIR: siteDir,
  EMSO_OBSERVATORY: path.basename(site),
  EMSO_NAS_VOLUME: nas,
  EMSO_PROMETHEUS_PORT: String(await freePort()),
});

if (!options.official)
  await timed('stand-in images', () => run(path.join(ROOT, 'deploy/docker/stand-in-images.sh'), []));
for (const service of [...SERVICES, 'cli']) await timed(`image of ${service}`, () => trial.compose('build', service));

const sensors = demoSensors(observatory).map((sensor) => ({ ...sensor, cadenceMs: Number(options.cadence) }));
const logDir = path.join(dir, 'sent');
const simulator = await startSimulator({
  sensors,
  seed: Number(options.seed),
  logDir,
  speed: 1,
  faults: [],
  startMs: Date.now(),
});
const gateway = await run('docker', ['network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}']);
const relays = new Map(
  await Promise.all(
    [...simulator.endpoints].map(async ([id, endpoint]) => [id, await startRelay(endpoint, gateway.trim())] as const),
  ),
);
writeDemoSite(SITE, site, new Map([...relays].map(([id, { endpoint }]) => [id, endpoint])));
const ids = new Set(sensors.map(({ id }) => id));
const plans = planObservatory(loadSiteFile(site)).plans.filter(({ sensor }) => ids.has(sensor.id));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say(`${signal}: ending after this step`);
    stopping.abort(new Error(`stopped by ${signal}`));
  });
}
try {
  await story(trial, plans);
  say('deployment ok');
} catch (error) {
  say(`deployment failed: ${error instanceof Error ? error.message : String(error)}`);
  process.stdout.write(await trial.compose('logs', '--tail', '20', '--no-color').catch(String));
  process.exitCode = 1;
} finally {
  await silence();
  await trial.remove();
}

async function story(deployment: Project, sensorPlans: readonly SensorPlan[]): Promise<void> {
  await timed('all up and ready', async () => {
    await deployment.compose('up', '-d', '--no-build', ...SERVERS, ...SERVICES);
    for (const service of [...SERVERS, ...SERVICES]) await deployment.ready(service);
  });
  await flow();
  await targets(SERVICES.map((service) => [service, 1]));
  process.stdout.write(
    await deployment.compose('run', '--rm', '-T', 'cli', 'status', '--dir', '/srv/emso').catch(String),
  );

  const away: Away[] = [];
  for (const service of [...SERVERS, ...SERVICES]) {
    await strike(service, 'docker kill, docker start', away, async ({ id }) => {
      await run('docker', ['kill', id]);
      await run('docker', ['start', id]);
    });
  }
  for (const service of [...SERVERS, ...SERVICES]) {
    await strike(service, 'crash, started again by the engine', away, crash);
  }

  await timed('three decoders', async () => {
    await deployment.compose(
      'up',
      '-d',
      '--no-build',
      '--no-recreate',
      '--scale',
      'decoder=3',
      ...SERVERS,
      ...SERVICES,
    );
    await deployment.ready('decoder');
  });
  await targets([['decoder', 3]]);
  await flow();
  await strike('decoder', 'one of three: docker kill, docker start', away, async ({ id }) => {
    await run('docker', ['kill', id]);
    await flow();
    await run('docker', ['start', id]);
  });
  await flow();
  say(`decoded by each: ${(await decodedByEach()).join(', ')}`);
  process.stdout.write(
    await run('docker', [
      'stats',
      '--no-stream',
      '--format',
      '{{.Name}} {{.MemUsage}} {{.CPUPerc}}',
      ...(await deployment.containers()).map(({ id }) => id),
    ]),
  );

  await silence();
  const sent = [...simulator.progress().values()].reduce((sum, progress) => sum + progress.sent, 0);
  say(`${sent} lines of ${ids.size} sensors sent`);
  await timed('quiet', () =>
    waitFor(() => isQuiet(deployment), { what: 'every consumer to have nothing pending', timeoutMs: 60_000 }),
  );
  await timed('live equals rebuilt, running', async () => {
    say(`${await untilRebuilt(deployment, site, dir)} files equal, byte for byte`);
  });
  await timed('copies on the NAS', async () => {
    say(`${await untilPublished(deployment, nas, dir)} days there, byte for byte`);
  });
  const data = await copyOfData(deployment, dir);
  for (const plan of sensorPlans) say(await lossesWhileAway(plan, data, logDir, away));
  process.stdout.write(await deployment.compose('run', '--rm', '-T', 'cli', 'seal', '--data', '/srv/emso/data'));

  await timed('clean stop', () => deployment.compose('stop'));
  const ended = (await deployment.containers()).filter(({ service }) => SERVICES.includes(service));
  const unclean = ended.filter(({ exitCode, outOfMemory }) => exitCode !== 0 || outOfMemory);
  if (unclean.length > 0) {
    throw new Error(
      `expected every service to end with 0, found ${unclean.map(({ name, exitCode }) => `${name}: ${exitCode}`).join(', ')}`,
    );
  }
  say(`${await untilRebuilt(deployment, site, dir)} files equal after the stop`);
}

/** The boxes send no more, and nobody reaches them. */
async function silence(): Promise<void> {
  await simulator.stop();
  await Promise.all([...relays.values()].map((relay) => relay.close()));
}

/** Waits until every box has sent some more lines. */
async function flow(): Promise<void> {
  const sent = (): number => Math.min(...[...simulator.progress().values()].map((progress) => progress.sent));
  const wanted = sent() + LINES_BETWEEN;
  await waitFor(() => sent() >= wanted, { what: `${wanted} lines to be sent`, timeoutMs: 60_000 });
}

/** Breaks a container of a service, and waits until all of that service work again. */
async function strike(
  service: string,
  how: string,
  away: Away[],
  blow: (container: Container) => Promise<void>,
): Promise<void> {
  const [container] = await trial.containers(service);
  const fromMs = Date.now();
  await timed(`${service}: ${how}, ready again`, async () => {
    await blow(container);
    await trial.ready(service);
  });
  if (service === 'acquirer') away.push({ fromMs, toMs: Date.now() + RECONNECT_MS });
  await flow();
}

/** Kills what runs in a container but its init, and waits until the engine has started it again. */
async function crash({ id, service, restarts }: Container): Promise<void> {
  // The shell that kills is spared by kill(2); the engine may end it before it answers.
  await run('docker', ['exec', id, 'sh', '-c', 'kill -9 -1']).catch(() => undefined);
  await waitFor(
    async () => (await trial.containers(service)).some((each) => each.id === id && each.restarts > restarts),
    {
      what: `the engine to start ${service} again`,
      timeoutMs: 30_000,
    },
  );
}

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
}

/** Waits until Prometheus has scraped so many processes of each service. */
async function targets(wanted: readonly (readonly [service: string, count: number])[]): Promise<void> {
  const [{ address }] = await trial.containers('prometheus');
  await timed(`scraped: ${wanted.map(([service, count]) => `${count} ${service}`).join(', ')}`, () =>
    waitFor(
      async () => {
        const response = await fetch(`http://${address}:9090/api/v1/targets?state=active`);
        const { data } = (await response.json()) as { data: { activeTargets: Target[] } };
        const up = data.activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels.job);
        const missing = wanted.filter(([service, count]) => up.filter((job) => job === service).length !== count);
        return missing.length === 0 || Promise.reject(new Error(`up: ${up.join(', ')}`));
      },
      { what: 'Prometheus to scrape every service', timeoutMs: 90_000 },
    ),
  );
}

/** Observations that each decoder made since its start. */
async function decodedByEach(): Promise<number[]> {
  return Promise.all(
    (await trial.containers('decoder')).map(async ({ address }) => {
      const metrics = await (await fetch(`http://${address}:9464/metrics`)).text();
      const counts = [...metrics.matchAll(/^emso_samples_decoded_total\{.*\} (\d+)$/gm)];
      return counts.reduce((sum, [, count]) => sum + Number(count), 0);
    }),
  );
}
