/**
 * What it takes to compute a sensor's products: its model, its deployments with checked settings, and the `build` that
 * names all of it. Made once at start; configuration is never read again while a service runs (PROMISE 19).
 */
import {
  buildOf,
  DAY_MS,
  type DataVersions,
  type Deployment,
  deploymentAt,
  isMeasured,
  type Observatory,
  type PlacedFault,
  type Platform,
  type Sensor,
  sensorsOf,
} from '@emso/core';
import { type DecodeLine, INSTRUMENTS, type InstrumentModel } from '@emso/instruments';
import { PRODUCT_VERSION } from '@emso/products';
import { QC_VERSION } from '@emso/qc';

/** Raised when a derived parameter changes; nothing is derived yet beyond what lines carry. */
const DERIVATION_VERSION = 1;

export interface PlannedDeployment {
  readonly deployment: Deployment;
  /** Made once: the engine compiles it for these settings, and a second one would make it start again. */
  readonly decode: DecodeLine;
  /** Codes that lines of this deployment can carry, in column order. */
  readonly codes: readonly string[];
}

export interface SensorPlan {
  readonly observatory: Observatory;
  readonly platform: Platform;
  readonly sensor: Sensor;
  readonly model: InstrumentModel;
  readonly deployments: readonly PlannedDeployment[];
  /** Every code of any deployment: the columns that decoding fills. */
  readonly codes: readonly string[];
  readonly versions: DataVersions;
  readonly build: string;
  /** True when every deployment takes reception as time: then a product day is made of one raw day. */
  readonly byReception: boolean;
}

export interface ObservatoryPlan {
  readonly plans: readonly SensorPlan[];
  /** Sensors whose model is not installed: listed and reported, not started. */
  readonly notInstalled: readonly { readonly platform: Platform; readonly sensor: Sensor }[];
}

/** Plans every sensor whose model is installed. The observatory must have passed `settingsFaults`. */
export function planObservatory(observatory: Observatory): ObservatoryPlan {
  const plans: SensorPlan[] = [];
  const notInstalled: { platform: Platform; sensor: Sensor }[] = [];
  for (const { platform, sensor } of sensorsOf(observatory)) {
    const model = INSTRUMENTS.get(sensor.model);
    if (model === undefined) notInstalled.push({ platform, sensor });
    else plans.push(planSensor(observatory, platform, sensor, model));
  }
  return { plans, notInstalled };
}

function planSensor(observatory: Observatory, platform: Platform, sensor: Sensor, model: InstrumentModel): SensorPlan {
  const deployments = sensor.deployments.map((deployment): PlannedDeployment => {
    const settings = model.settings.parse(deployment.settings);
    return { deployment, decode: model.decoder(settings), codes: model.parameters(settings) };
  });
  const versions: DataVersions = {
    decoder: model.version,
    derivation: DERIVATION_VERSION,
    qc: QC_VERSION,
    product: PRODUCT_VERSION,
  };
  return {
    observatory,
    platform,
    sensor,
    model,
    deployments,
    codes: [...new Set(deployments.flatMap((planned) => planned.codes))],
    versions,
    build: buildOf(versions, effectiveConfig(observatory, platform, sensor)),
    byReception: deployments.every((planned) => planned.deployment.timePolicy === 'received'),
  };
}

/** Everything of the site file that can change this sensor's bytes. Where a sensor is reached, and when a day is sealed, cannot. */
function effectiveConfig(observatory: Observatory, platform: Platform, sensor: Sensor): unknown {
  const { sensors: _sensors, graceMs: _graceMs, ...platformFacts } = platform;
  const deployments = sensor.deployments.map(({ endpoint: _endpoint, ...rest }) => rest);
  return { observatory: observatory.observatory, platform: platformFacts, sensor: { ...sensor, deployments } };
}

/** Settings that a model refuses and CSV columns that cannot be: to be listed with the faults of the site file. */
export function settingsFaults(observatory: Observatory): PlacedFault[] {
  const faults: PlacedFault[] = [];
  observatory.platforms.forEach((platform, p) => {
    platform.sensors.forEach((sensor, s) => {
      const model = INSTRUMENTS.get(sensor.model);
      if (model === undefined) return;
      const at = ['platforms', p, 'sensors', s];
      const codes = new Set<string>();
      sensor.deployments.forEach((deployment, d) => {
        const parsed = model.settings.safeParse(deployment.settings);
        if (parsed.success) for (const code of model.parameters(parsed.data)) codes.add(code);
        for (const issue of parsed.error?.issues ?? []) {
          const path = [...at, 'deployments', d, 'settings', ...(issue.path as (string | number)[])];
          faults.push({ path, message: `${model.id}: ${issue.message}` });
        }
      });
      for (const [name, message] of columnFaults(sensor, model, codes)) {
        faults.push({ path: [...at, 'csvColumns', name], message });
      }
    });
  });
  return faults;
}

/** Historical columns of nothing that exists, or with the name of another column of the file; `codes` are those of all deployments. */
function* columnFaults(
  sensor: Sensor,
  model: InstrumentModel,
  codes: ReadonlySet<string>,
): Generator<[string, string]> {
  const mapped = new Set(Object.values(sensor.csvColumns));
  const taken = new Set(['time', 'time_QC']);
  for (const code of codes) {
    taken.add(`${code}_QC`);
    if (!mapped.has(code)) taken.add(code);
  }
  for (const [name, source] of Object.entries(sensor.csvColumns)) {
    // A parameter that no deployment sends yet keeps its column, empty.
    if (!isMeasured(source) && !model.labels.includes(source)) {
      yield [name, `expected a parameter code or one of the labels ${model.labels.join(', ')}, found '${source}'`];
    }
    if (taken.has(name)) yield [name, `expected a name that no other column of the file has, found '${name}'`];
  }
}

/**
 * The deployment that a day's files describe: the one in force at noon, else one that covers any of the day. A day outside every
 * deployment was decoded by the settings of the nearest one, and says nothing that is known of that one only (PROMISE 15).
 */
export function deploymentOfDay(sensor: Sensor, day: number): Deployment {
  const atNoon = deploymentAt(sensor, day * DAY_MS + DAY_MS / 2);
  if (!atNoon.outside) return atNoon.deployment;
  const covering = sensor.deployments.find(
    ({ from, to = Number.POSITIVE_INFINITY }) => from < (day + 1) * DAY_MS && to > day * DAY_MS,
  );
  if (covering !== undefined) return covering;
  const { mount: _mount, ...facts } = atNoon.deployment;
  return { ...facts, serial: 'unknown', depthM: 'unknown' };
}

/** The codes of a day's files: those of every deployment that overlaps the day, else of the nearest one. Known before any line came. */
export function codesOfDay(plan: SensorPlan, day: number): readonly string[] {
  const codes = new Set<string>();
  const first = deploymentAt(plan.sensor, day * DAY_MS).index;
  const last = deploymentAt(plan.sensor, (day + 1) * DAY_MS - 1).index;
  for (let i = first; i <= last; i++) for (const code of plan.deployments[i].codes) codes.add(code);
  return [...codes];
}
