/**
 * The observatory as people describe it: one YAML file, every fact of the site once, with dates where it can change.
 * `unknown` is a legal value: it is shown, never guessed. `parseObservatory` lists every fault with its line.
 */
import { createHash } from 'node:crypto';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import {
  ConfigError,
  type ConfigFault,
  type ConfigPath,
  explainIssue,
  lineOf,
  pathText,
  syntaxFaults,
} from './config-fault.ts';
import { canShareEndpoint, type Envelope } from './envelope.ts';
import { metadataFaults, unprintableTexts } from './metadata-faults.ts';
import { PARAMETERS, type Parameter } from './parameters.ts';
import { observatoryConfig } from './site-schema.ts';
import { termOf } from './vocabulary.ts';

export { ConfigError, type ConfigFault } from './config-fault.ts';
export { type Envelope, envelopeOpener, type OpenedEnvelope } from './envelope.ts';

export type Observatory = z.output<typeof observatoryConfig>;
export type Platform = Observatory['platforms'][number];
export type Sensor = Platform['sensors'][number];
export type Deployment = Sensor['deployments'][number];
export type QcConfig = Sensor['qc'][number];
export type CalibrationSheet = Sensor['calibrations'][number];
export type SiteConstants = Platform['siteConstants'][number];
export type TimePolicy = Deployment['timePolicy'];

/** A fault named by its place in the site file; `parseObservatory` finds the line. */
export interface PlacedFault {
  readonly path: ConfigPath;
  readonly message: string;
}

/** What only those can check who know more than this package, such as the settings of an instrument model. */
export type ObservatoryCheck = (observatory: Observatory) => PlacedFault[];

/**
 * Parses and checks the site file. Throws one ConfigError with every fault and its line, those of `check` too; `file` is used in
 * messages only.
 */
export function parseObservatory(text: string, file: string, check: ObservatoryCheck = () => []): Observatory {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) throw new ConfigError(file, syntaxFaults(text, document, lines));
  const written: unknown = document.toJS();
  const parsed = observatoryConfig.safeParse(written, { error: explainIssue });
  const found: PlacedFault[] = [
    ...(parsed.error?.issues ?? []).flatMap(faultsOfIssue),
    ...repetitions(written),
    ...unprintableTexts(written),
  ];
  if (parsed.success)
    found.push(...sharedEndpoints(parsed.data), ...metadataFaults(parsed.data), ...check(parsed.data));
  if (parsed.success && found.length === 0) return parsed.data;
  const faults = found.map(
    ({ path, message }): ConfigFault => ({ line: lineOf(document, lines, path), path: pathText(path), message }),
  );
  throw new ConfigError(
    file,
    faults.sort((a, b) => a.line - b.line),
  );
}

/** Unknown keys become one fault each, at their own line. */
function faultsOfIssue(issue: z.core.$ZodIssue): PlacedFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `expected a key that the site file knows, found '${key}': correct or remove it`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const message = `expected a code of the parameter table such as TEMP, found '${String(issue.path.at(-1))}'`;
    return [{ path: issue.path, message }];
  }
  return [{ path: issue.path, message: issue.message }];
}

/** Ids, prefixes and folders used twice (PROMISE 4). Looks at the file as written, so that other faults do not hide these. */
function repetitions(written: unknown): PlacedFault[] {
  const faults: PlacedFault[] = [];
  const seen = new Map<string, string>();
  const check = (what: string, value: unknown, path: ConfigPath): void => {
    if (typeof value !== 'string') return;
    const key = `${what} ${value}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, pathText(path));
    else faults.push({ path, message: `expected a ${what} of its own, found '${value}' also at ${earlier}` });
  };
  listOf(written, 'platforms').forEach((platform, p) => {
    check('platform id', fieldOf(platform, 'id'), ['platforms', p, 'id']);
    listOf(platform, 'sensors').forEach((sensor, s) => {
      const at = ['platforms', p, 'sensors', s];
      check('sensor id', fieldOf(sensor, 'id'), [...at, 'id']);
      check('prefix', fieldOf(sensor, 'prefix'), [...at, 'prefix']);
      check('folder', fieldOf(sensor, 'folder'), [...at, 'folder']);
    });
  });
  return faults;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function listOf(value: unknown, key: string): unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}

/**
 * Two sensors that read the same converter port at the same time: each would get half of the bytes. Sensors behind a relay may,
 * because one connection is opened for all of them and every line says whose it is.
 */
function sharedEndpoints(observatory: Observatory): PlacedFault[] {
  const used: { endpoint: string; envelope: Envelope | undefined; from: number; end: number; sensor: string }[] = [];
  const faults: PlacedFault[] = [];
  observatory.platforms.forEach((platform, p) => {
    platform.sensors.forEach((sensor, s) => {
      sensor.deployments.forEach(({ endpoint, envelope, from }, d) => {
        if (endpoint === undefined) return;
        const end = endOf(sensor, d);
        const sameTime = used.filter(
          (u) => u.endpoint === endpoint && u.sensor !== sensor.id && u.from < end && from < u.end,
        );
        const other = sameTime.find((u) => !canShareEndpoint(u.envelope, envelope));
        used.push({ endpoint, envelope, from, end, sensor: sensor.id });
        if (other === undefined) return;
        const path = ['platforms', p, 'sensors', s, 'deployments', d, 'endpoint'];
        const own = envelope === undefined && other.envelope === undefined;
        const expected = own ? 'an endpoint of its own' : RELAYED;
        const message = `expected ${expected}, found '${endpoint}' also at sensor ${other.sensor} in that time`;
        faults.push({ path, message });
      });
    });
  });
  return faults;
}

const RELAYED = 'an endpoint of its own, or envelopes of one pattern with different addresses';

/** A sensor with the platform it sits on. */
export interface PlacedSensor {
  readonly platform: Platform;
  readonly sensor: Sensor;
}

/** Every sensor of the observatory, in the order of the file. */
export function sensorsOf(observatory: Observatory): PlacedSensor[] {
  return observatory.platforms.flatMap((platform) => platform.sensors.map((sensor) => ({ platform, sensor })));
}

/** End of a deployment, epoch ms, not included: its own `to`, at the latest the next one's `from`. */
function endOf(sensor: Sensor, index: number): number {
  const { to = Number.POSITIVE_INFINITY } = sensor.deployments[index];
  return Math.min(to, sensor.deployments[index + 1]?.from ?? Number.POSITIVE_INFINITY);
}

/**
 * The deployment a reception time belongs to; `outside` is true when none covers it and the nearest one is given
 * (PROMISE 15: used, marked and reported, never dropped).
 */
export function deploymentAt(
  sensor: Sensor,
  receivedMs: number,
): { deployment: Deployment; index: number; outside: boolean } {
  let nearest = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < sensor.deployments.length; i++) {
    const { from } = sensor.deployments[i];
    const end = endOf(sensor, i);
    if (receivedMs >= from && receivedMs < end) return { deployment: sensor.deployments[i], index: i, outside: false };
    const away = receivedMs < from ? from - receivedMs : receivedMs - end;
    if (away < distance) [nearest, distance] = [i, away];
  }
  return { deployment: sensor.deployments[nearest], index: nearest, outside: true };
}

/** The dated entry in force at an observation time: the last one whose `validFrom` is not later. */
export function inForceAt<T extends { readonly validFrom: number }>(
  entries: readonly T[],
  timeMs: number,
): T | undefined {
  return entries.findLast(({ validFrom }) => validFrom <= timeMs);
}

/** The QC settings in force at an observation time. */
export function qcConfigAt(sensor: Sensor, timeMs: number): QcConfig | undefined {
  return inForceAt(sensor.qc, timeMs);
}

/**
 * The parameter as this sensor measures it: the table's row with the names that the site file gives. Without a standard name and a
 * P01 term whose label is verified it is technical. Throws on an unknown code.
 */
export function parameterOf(sensor: Pick<Sensor, 'parameters'>, code: string): Parameter {
  const { referenceScale, ...row } = PARAMETERS.get(code) ?? refuseCode(code);
  const own = sensor.parameters?.[code];
  const merged = { ...row, ...own };
  const p01Label = own?.p01Label ?? (merged.p01 === undefined ? undefined : termOf('P01', merged.p01)?.label);
  // Another term is another way of measuring: nobody said that the scale is the same.
  const hasScale = referenceScale !== undefined && merged.p01 === row.p01;
  return {
    ...merged,
    ...(p01Label !== undefined && { p01Label }),
    ...(hasScale && { referenceScale }),
    technical: merged.standardName === undefined || p01Label === undefined,
  };
}

function refuseCode(code: string): never {
  throw new Error(`parameter: expected a code of the parameter table, found '${code}'`);
}

/** A short digest of the whole file, for logs and `emso status`. */
export function observatoryDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
