/**
 * What a service is told: environment variables and the site file. Both are checked whole before anything is opened, and
 * every fault is listed at once.
 */
import { readFileSync } from 'node:fs';
import {
  ConfigError,
  type ExpertFacts,
  type LineFault,
  type Observatory,
  type ObservatoryCheck,
  observatoryDigest,
  parseObservatory,
} from '@emso/core';
import { z } from 'zod';
import { readExpertFacts } from './expert-files.ts';
import { LOG_LEVELS } from './log.ts';

const url = (...schemes: string[]): z.ZodString => z.string().regex(new RegExp(`^(${schemes.join('|')})://[^\\s/]+`));
const directory = z.string().min(1);

/** The variables services share; each service picks what it needs into its own schema. The description is the error text. */
export const ENV = {
  EMSO_OBSERVATORY: z
    .string()
    .min(1)
    .describe('the path of the site file, e.g. deploy/observatory/emso-ligure-ouest.yaml'),
  EMSO_NATS_URL: url('nats', 'tls').describe('the address of nats-server, e.g. nats://127.0.0.1:4222'),
  EMSO_REDIS_URL: url('redis', 'rediss')
    .optional()
    .describe('the address of redis, e.g. redis://127.0.0.1:6379, or nothing'),
  EMSO_DATA_DIR: directory.describe('the directory of archive and products, on a local disk'),
  EMSO_SPOOL_DIR: directory.describe('the directory of the spool, on a local disk, outside the store of nats-server'),
  EMSO_RUN_DIR: directory.optional().describe('a directory where services leave their pid and address, or nothing'),
  EMSO_HTTP_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('the address to listen on, e.g. 127.0.0.1, or 0.0.0.0 where other machines or containers ask'),
  EMSO_HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('a port from 0 (any free one) to 65535'),
  EMSO_LOG_LEVEL: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe(`one of ${LOG_LEVELS.join(', ')}`),
  EMSO_COMMIT: z.string().min(1).default('unknown').describe('the commit of this build'),
} as const;

/** Every fault of the configuration, one a line. */
export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `configuration: ${faults.length} fault${faults.length === 1 ? '' : 's'}\n${faults.map((f) => `  ${f}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

export interface LoadedConfig<Env> {
  readonly env: Env;
  readonly observatory: Observatory;
  readonly observatoryFile: string;
  /** Short digest of the site file, for logs. */
  readonly observatoryDigest: string;
}

/**
 * Checks `env` against the schema (an empty variable counts as absent) and the site file that EMSO_OBSERVATORY names, with
 * what `check` knows about it beside.
 * Throws one ConfigFaults with the faults of both.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  env: Readonly<Record<string, string | undefined>>,
  schema: z.ZodObject<Shape>,
  check?: ObservatoryCheck,
): LoadedConfig<z.output<z.ZodObject<Shape>>> {
  const faults: string[] = [];
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const site = z.object({ EMSO_OBSERVATORY: ENV.EMSO_OBSERVATORY });
  for (const [name, description] of [...envFaults(given, site), ...envFaults(given, schema)]) {
    const fault = `${name}: expected ${description}, found ${given[name] === undefined ? 'nothing' : `'${hidden(given[name])}'`}`;
    if (!faults.includes(fault)) faults.push(fault);
  }
  const file = given['EMSO_OBSERVATORY'];
  const read = file === undefined ? undefined : readObservatory(file, faults, check);
  if (faults.length > 0 || file === undefined || read === undefined) throw new ConfigFaults(faults);
  return {
    env: schema.parse(given),
    observatory: read.observatory,
    observatoryFile: file,
    observatoryDigest: observatoryDigest(read.text),
  };
}

/** The expert flags and releases beside the site file, with what `check` knows about them. Throws one ConfigFaults with all faults. */
export function loadExpertFacts(
  observatoryFile: string,
  check: (flags: ExpertFacts['flags']) => readonly LineFault[],
): ExpertFacts {
  const { facts, faults } = readExpertFacts(observatoryFile, check);
  if (faults.length > 0) throw new ConfigFaults(faults);
  return facts;
}

function envFaults(given: Record<string, unknown>, schema: z.ZodObject): [name: string, description: string][] {
  const parsed = schema.safeParse(given);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '(environment)');
    const field = schema.shape[name] as z.ZodType | undefined;
    return [name, field?.description ?? issue.message];
  });
}

function readObservatory(
  file: string,
  faults: string[],
  check: ObservatoryCheck | undefined,
): { text: string; observatory: Observatory } | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, observatory: parseObservatory(text, file, check) };
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const { line, path, message } of error.faults)
        faults.push(`${file}:${line} ${path || '(file)'}: ${message}`);
    } else {
      faults.push(`EMSO_OBSERVATORY: expected a readable file, found ${(error as Error).message}`);
    }
    return undefined;
  }
}

/** Values are shown in errors, passwords in addresses are not. */
function hidden(value: string): string {
  return value.replace(/:\/\/[^@/]*@/, '://…@');
}
