/** Services started one by one on a broker, a site file and a directory of their own: for tests of what a whole chain hides. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { planObservatory, type SensorPlan } from '@emso/pipeline';
import { canonicalOrder, parseRawFile, productPaths } from '@emso/products';
import { parseMetrics } from '../../services/cli/src/chain/scrape.ts';
import { demoSensors, writeDemoSite } from '../../services/cli/src/demo/site.ts';
import { type Simulator, startSimulator } from '../../services/cli/src/simulate/simulator.ts';
import { loadSiteFile } from '../../services/cli/src/site-file.ts';
import { SITE } from '../support/chain.ts';
import { type NatsServer, type Service, spawnService, startNats, temporaryDirectory } from '../support/servers.ts';

export interface Stage {
  readonly site: string;
  readonly dataDir: string;
  readonly logDir: string;
  readonly nats: NatsServer;
  /** Boxes of the cabled sensors that have no other endpoint. */
  readonly simulator: Simulator;
  plan(sensor: string): SensorPlan;
  /** Starts a service; it is stopped after the test. */
  start(role: string, env?: Readonly<Record<string, string>>): Promise<Service>;
}

export interface StageOptions {
  readonly lines: number;
  readonly cadenceMs?: number;
  /** Endpoints that take the place of a box, by sensor. */
  readonly endpoints?: ReadonlyMap<string, string>;
}

/** Opens boxes and a broker; nothing of ours runs yet. */
export async function openStage(t: TestContext, options: StageOptions): Promise<Stage> {
  const { lines, cadenceMs = 20, endpoints = new Map() } = options;
  const dir = temporaryDirectory('stage');
  const logDir = path.join(dir, 'sent');
  const sensors = demoSensors(loadSiteFile(SITE))
    .filter(({ id }) => !endpoints.has(id))
    .map((sensor) => ({ ...sensor, cadenceMs }));
  const simulator = await startSimulator({
    seed: 1,
    lines,
    faults: [],
    sensors,
    logDir,
    speed: 1,
    startMs: Date.now(),
  });
  const site = path.join(dir, 'observatory.yaml');
  writeDemoSite(SITE, site, new Map([...simulator.endpoints, ...endpoints]));
  const nats = await startNats();
  const dataDir = path.join(dir, 'data');
  const services: Service[] = [];
  t.after(async () => {
    await simulator.stop();
    await Promise.all(services.map((service) => service.stop()));
    await nats.stop();
  });
  const { plans } = planObservatory(loadSiteFile(site));
  return {
    site,
    dataDir,
    logDir,
    nats,
    simulator,
    plan(sensor) {
      const plan = plans.find((each) => each.sensor.id === sensor);
      if (plan === undefined) throw new Error(`expected a plan of ${sensor}, found none`);
      return plan;
    },
    async start(role, env = {}) {
      const service = await spawnService(role, {
        env: {
          EMSO_NETCDF_INTERVAL_MS: '300',
          EMSO_TICK_MS: '100',
          EMSO_VERDICT_TIMEOUT_MS: '60000',
          EMSO_SEAL_INTERVAL_MS: '300',
          EMSO_LOG_LEVEL: 'warn',
          EMSO_OBSERVATORY: site,
          EMSO_NATS_URL: nats.url,
          EMSO_DATA_DIR: dataDir,
          EMSO_SPOOL_DIR: path.join(dir, 'spool'),
          ...env,
        },
      });
      services.push(service);
      return service;
    },
  };
}

/** The texts of the lines of a sensor in the raw archive of a day, in canonical order. */
export function archivedLines(dataDir: string, plan: SensorPlan, day: number): string[] {
  const file = path.join(dataDir, productPaths(plan.sensor, day).raw);
  if (!existsSync(file)) return [];
  const { run } = parseRawFile(readFileSync(file));
  const texts: string[] = [];
  for (const i of canonicalOrder(run).order) {
    const text = Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1');
    if (run.kind[i] === 0) texts.push(text);
  }
  return texts;
}

/** The value of a metric of a service; 0 when it has none with these labels. */
export async function metricOf(
  service: Service,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return parseMetrics(text)
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
