/**
 * What it takes to compute a sensor's products: its model, its deployments with checked settings, and the `build` that
 * names all of it. Made once at start; configuration is never read again while a service runs (PROMISE 19).
 */
import {
  type Batch,
  buildOf,
  DAY_MS,
  type DataVersions,
  type Deployment,
  deploymentAt,
  type ExpertFlag,
  inForceAt,
  isoDay,
  type Observatory,
  type Platform,
  type Sensor,
  sensorsOf,
} from '@emso/core';
import { type DecodeLine, INSTRUMENTS, type InstrumentModel } from '@emso/instruments';
import { type NetcdfFile, PRODUCT_VERSION } from '@emso/products';
import { QC_VERSION, type SensorTests, sensorTests } from '@emso/qc';
import { type Derivation, derivationOf, MADE_OF } from './derive.ts';
import { type Donor, donatedFacts, donorsOf } from './donors.ts';
import { withinEnvelope } from './envelope.ts';
import { stampOf } from './expert-flags.ts';

/** Raised when a derived parameter changes. */
const DERIVATION_VERSION = 2;

export interface PlannedDeployment {
  readonly deployment: Deployment;
  /** Made once: the engine compiles it for these settings, and a second one would make it start again. */
  readonly decode: DecodeLine;
  /** Columns of counts that records of this deployment fill until they are calibrated. */
  readonly counts: readonly string[];
  /** What each calibration sheet of the sensor makes of the counts, in order of `validFrom`. */
  readonly sheets: readonly PlannedSheet[];
  /** Codes that a sheet computes. */
  readonly converted: readonly string[];
  readonly derivation: Derivation;
  /** Codes that this deployment can give, measured and computed, in column order. */
  readonly codes: readonly string[];
}

export interface PlannedSheet {
  readonly validFrom: number;
  readonly source?: string;
  readonly convert: (batch: Batch, from: number, to: number) => void;
}

export interface SensorPlan {
  readonly observatory: Observatory;
  readonly platform: Platform;
  readonly sensor: Sensor;
  readonly model: InstrumentModel;
  readonly deployments: readonly PlannedDeployment[];
  /** Every code of any deployment. */
  readonly codes: readonly string[];
  /** The tests of every code, by time. */
  readonly tests: SensorTests;
  /** Every column of counts of any deployment. */
  readonly counts: readonly string[];
  readonly versions: DataVersions;
  readonly build: string;
  /** True when every deployment takes reception as time: then a product day is made of one raw day. */
  readonly byReception: boolean;
  /** Other sensors that sealed days take a quantity from. */
  readonly donors: readonly Donor[];
  /** What people decided about this sensor's values, in the order in which it is applied. */
  readonly expertFlags: readonly ExpertFlag[];
  /** `build` and the expert flags: what the verdicts of a service with these facts are stamped with. */
  readonly stamp: string;
  /** Of a service that writes sealed days; others have none. */
  readonly netcdf4?: Netcdf4Encoder;
}

/** netCDF-4 in a thread whose clock stands at `createdMs` (epoch ms): HDF5 stamps times into files (PROMISE 26). */
export type Netcdf4Encoder = (file: NetcdfFile, createdMs: number) => Uint8Array;

/** What a historical column may show beside parameters and labels. */
export const PLACE_FACTS = ['Station_Name', 'Latitude', 'Longitude', 'Theoretical_Depth'] as const;
type PlaceFact = (typeof PLACE_FACTS)[number];

export interface ObservatoryPlan {
  readonly plans: readonly SensorPlan[];
  /** Sensors whose model is not installed: listed and reported, not started. */
  readonly notInstalled: readonly { readonly platform: Platform; readonly sensor: Sensor }[];
}

/**
 * Plans every sensor whose model is installed, with the expert flags in force; a service that seals days gives the encoder for
 * sites that want netCDF-4. The observatory must have passed `settingsFaults`.
 */
export function planObservatory(
  observatory: Observatory,
  expertFlags: readonly ExpertFlag[] = [],
  netcdf4?: Netcdf4Encoder,
): ObservatoryPlan {
  const placed = sensorsOf(observatory);
  const planned = new Map<string, SensorPlan>();
  // A donor has no donors itself: those without are planned first.
  for (const { platform, sensor } of placed.toSorted((a, b) => Number(hasDonors(a)) - Number(hasDonors(b)))) {
    const model = INSTRUMENTS.get(sensor.model);
    if (model === undefined) continue;
    const plan = planSensor(observatory, platform, sensor, model, donorsOf(sensor, planned), expertFlags);
    planned.set(sensor.id, netcdf4 === undefined ? plan : { ...plan, netcdf4 });
  }
  return {
    plans: placed.flatMap(({ sensor }) => planned.get(sensor.id) ?? []),
    notInstalled: placed.filter(({ sensor }) => !planned.has(sensor.id)),
  };
}

function hasDonors({ sensor }: { readonly sensor: Sensor }): boolean {
  return sensor.donors !== undefined;
}

function planSensor(
  observatory: Observatory,
  platform: Platform,
  sensor: Sensor,
  model: InstrumentModel,
  donors: readonly Donor[],
  allFlags: readonly ExpertFlag[],
): SensorPlan {
  const expertFlags = allFlags.filter((fact) => fact.sensor === sensor.id);
  const donated = donatedFacts(donors);
  const deployments = sensor.deployments.map((deployment): PlannedDeployment => {
    const settings = model.settings.parse(deployment.settings);
    const carried = model.parameters(settings);
    const measured = measuredCodes(sensor, model, settings);
    const facts = settings as Readonly<Record<string, unknown>>;
    const derivation = derivationOf(platform, deployment, facts, measured, donated);
    const counts = model.calibration?.counts(settings) ?? [];
    const decode = model.decoder(settings);
    // Lines that carry no counts need no sheet, unless the sheet itself makes a parameter.
    const sheets = counts.length > 0 || model.calibration?.adds !== undefined ? sensor.calibrations : [];
    return {
      deployment,
      decode: deployment.envelope === undefined ? decode : withinEnvelope(deployment.envelope, decode),
      counts,
      sheets: sheets.map(({ validFrom, source, ...coefficients }) => ({
        validFrom,
        ...(source !== undefined && { source }),
        convert: model.calibration!.convert(coefficients, settings),
      })),
      converted: counts.length > 0 ? carried : measured.filter((code) => !carried.includes(code)),
      derivation,
      codes: [...measured, ...derivation.codes],
    };
  });
  const codes = [...new Set(deployments.flatMap((planned) => planned.codes))];
  const versions: DataVersions = {
    decoder: model.version,
    derivation: DERIVATION_VERSION,
    qc: QC_VERSION,
    product: PRODUCT_VERSION,
  };
  const build = buildOf(versions, effectiveConfig(observatory, platform, sensor, donors));
  return {
    observatory,
    platform,
    sensor,
    model,
    deployments,
    codes,
    tests: sensorTests(
      sensor,
      codes,
      { inputs: inputsOf(deployments), conditions: conditionsOf(codes) },
      capOf(sensor, deployments),
    ),
    counts: [...new Set(deployments.flatMap((planned) => planned.counts))],
    versions,
    build,
    byReception: deployments.every((planned) => planned.deployment.timePolicy === 'received'),
    donors,
    expertFlags,
    stamp: stampOf(build, expertFlags),
  };
}

/** What each computed parameter depends on, among those there are: measured ones, and computed ones that stand before it. */
function inputsOf(deployments: readonly PlannedDeployment[]): Map<string, readonly string[]> {
  const inputs = new Map<string, Set<string>>();
  for (const { codes, derivation, converted } of deployments) {
    for (const code of [...derivation.codes, ...converted.filter((each) => each in MADE_OF)]) {
      const before = codes.filter((other, i) => i < codes.indexOf(code) && other !== code);
      const own = inputs.get(code) ?? new Set<string>();
      for (const input of MADE_OF[code] ?? []) if (before.includes(input)) own.add(input);
      inputs.set(code, own);
    }
  }
  return new Map([...inputs].map(([code, own]) => [code, [...own]]));
}

/** Currents are measured by an instrument that stands upright, knows where north is and how fast sound is. */
const CURRENTS = ['UCUR', 'VCUR', 'WCUR', 'CSPD', 'CDIR', 'UCUR_DELIVERED', 'VCUR_DELIVERED', 'CDIR_DELIVERED'];
const CONDITIONS = ['HEADING', 'PITCH', 'ROLL', 'SSPEED'];

/** What the instrument says of itself and each parameter depends on. */
function conditionsOf(codes: readonly string[]): Map<string, readonly string[]> {
  const present = CONDITIONS.filter((code) => codes.includes(code));
  return new Map(CURRENTS.filter((code) => codes.includes(code)).map((code) => [code, present]));
}

/** Oxygen of an optode whose calibration nobody has confirmed is never better than suspect. */
const OXYGEN: ReadonlySet<string> = new Set(['DOXY', 'DOXY_COMP', 'DOX1', 'DOX2', 'OSAT']);
const NOTHING: ReadonlySet<string> = new Set();

function capOf(
  sensor: Sensor,
  deployments: readonly PlannedDeployment[],
): ((receivedMs: number) => ReadonlySet<string>) | undefined {
  const unconfirmed = deployments.map(({ deployment }) => deployment.settings['oxygenCalibrated'] === false);
  if (!unconfirmed.includes(true)) return undefined;
  if (unconfirmed.every(Boolean)) return () => OXYGEN;
  return (receivedMs) => (unconfirmed[deploymentAt(sensor, receivedMs).index] ? OXYGEN : NOTHING);
}

/** What records carry and what the calibration sheets make possible beside it. */
export function measuredCodes(sensor: Sensor, model: InstrumentModel, settings: unknown): string[] {
  const added = sensor.calibrations.flatMap(
    ({ validFrom: _validFrom, source: _source, ...coefficients }) => model.calibration?.adds?.(coefficients) ?? [],
  );
  return [...new Set([...model.parameters(settings), ...added])];
}

/** Everything of the site file that can change this sensor's bytes. Where a sensor is reached, and when a day is sealed, cannot. */
function effectiveConfig(
  observatory: Observatory,
  platform: Platform,
  sensor: Sensor,
  donors: readonly Donor[],
): unknown {
  const { sensors: _sensors, graceMs: _graceMs, ...platformFacts } = platform;
  const deployments = sensor.deployments.map(({ endpoint: _endpoint, ...rest }) => rest);
  return {
    observatory: observatory.observatory,
    platform: platformFacts,
    sensor: { ...sensor, deployments },
    // A donor's values are those of its own configuration and versions.
    ...(donors.length > 0 && { donors: donors.map(({ plan }) => plan.build) }),
  };
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

/**
 * Texts that are the same in every row of a day: a table over all levels of a mooring tells by them which instrument a row is
 * of. A fact that is unknown is empty; the serial number of the deployment stands where lines do not say one.
 */
export function factsOfDay(
  { platform, sensor }: SensorPlan,
  day: number,
): Readonly<Record<PlaceFact | 'Instrument_Serial', string>> {
  const known = (fact: string | number | undefined): string =>
    fact === undefined || fact === 'unknown' ? '' : String(fact);
  return {
    Station_Name: known(sensor.stationName ?? platform.oso),
    Latitude: known(platform.position.latitude),
    Longitude: known(platform.position.longitude),
    Theoretical_Depth: known(sensor.depthTheoreticM),
    Instrument_Serial: known(deploymentOfDay(sensor, day).serial),
  };
}

/** How each computed parameter of a day was made, with the constants and calibration sheet in force at its noon. */
export function methodsOfDay(plan: SensorPlan, day: number): ReadonlyMap<string, string> {
  const noonMs = day * DAY_MS + DAY_MS / 2;
  const { sheets, derivation, converted } = plan.deployments[deploymentAt(plan.sensor, noonMs).index];
  const methods = new Map(derivation.methodsAt(noonMs));
  const sheet = inForceAt(sheets, noonMs);
  if (sheet === undefined) return methods;
  const since = `by the calibration sheet in force since ${isoDay(Math.floor(sheet.validFrom / DAY_MS))}`;
  for (const code of converted) methods.set(code, `${since}${sheet.source === undefined ? '' : `: ${sheet.source}`}`);
  return methods;
}

/** True when a calibration sheet makes quantities of the counts of a day. */
export function isCalibratedOn(plan: SensorPlan, day: number): boolean {
  const noonMs = day * DAY_MS + DAY_MS / 2;
  const { sheets, counts } = plan.deployments[deploymentAt(plan.sensor, noonMs).index];
  return counts.length > 0 && inForceAt(sheets, noonMs) !== undefined;
}

/** The codes of a day's files: those of every deployment that overlaps the day, else of the nearest one. Known before any line came. */
export function codesOfDay(plan: SensorPlan, day: number): readonly string[] {
  const codes = new Set<string>();
  const first = deploymentAt(plan.sensor, day * DAY_MS).index;
  const last = deploymentAt(plan.sensor, (day + 1) * DAY_MS - 1).index;
  for (let i = first; i <= last; i++) for (const code of plan.deployments[i].codes) codes.add(code);
  return [...codes];
}
