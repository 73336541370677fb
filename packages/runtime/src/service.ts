/**
 * The life of a service: configuration checked whole, then log, metrics, http, then its own work until a signal; then stop
 * intake, drain, exit 0. It exits 2 for a configuration fault and 1 for anything else, with one line that says why: whoever
 * started it starts it again.
 */
import type { ObservatoryCheck } from '@emso/core';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import packageJson from '../package.json' with { type: 'json' };
import { ConfigFaults, ENV, type LoadedConfig, loadConfig } from './config.ts';
import { type HttpServer, startHttp } from './http.ts';
import { createLog, type Log } from './log.ts';
import { announceSensors, collectProcessMetrics, createMetrics, type Metrics } from './metrics.ts';
import { writeRunFile } from './run-file.ts';

export interface ServiceContext<Env> {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly config: LoadedConfig<Env>;
  /** Aborts when the service must stop its intake. */
  readonly signal: AbortSignal;
  readonly http: HttpServer;
  /** Ends the process with exit status 1 and the message of the error. */
  readonly fail: (error: unknown) => void;
}

export interface RunningService {
  /** True while the service does its work; false or a reason when not. */
  ready(): boolean | string;
  /** Drains: resolves when nothing in hand can be lost by exiting. */
  stop(): Promise<void>;
}

export interface ServiceOptions<Shape extends z.ZodRawShape, Running extends RunningService> {
  /** Names the log lines and the files in EMSO_RUN_DIR. */
  readonly name: string;
  /** The environment variables the service needs, picked from ENV or its own. */
  readonly config: z.ZodObject<Shape>;
  /** Faults of the site file that only this service can know of; listed with the others. */
  readonly check?: ObservatoryCheck;
  readonly start: (context: ServiceContext<z.output<z.ZodObject<Shape>>>) => Promise<Running>;
  /** Routes of its own; `service()` is undefined until `start` has resolved. */
  readonly routes?: (app: FastifyInstance, service: () => Running | undefined) => void;
}

/** Docker kills after 10 s: our own line about it must come before. */
const DRAIN_LIMIT_MS = 9500;

const HOST_CONFIG = z.object({
  EMSO_HTTP_HOST: ENV.EMSO_HTTP_HOST,
  EMSO_HTTP_PORT: ENV.EMSO_HTTP_PORT,
  EMSO_RUN_DIR: ENV.EMSO_RUN_DIR,
  EMSO_LOG_LEVEL: ENV.EMSO_LOG_LEVEL,
  EMSO_COMMIT: ENV.EMSO_COMMIT,
});

/** Runs a service until a signal or a fatal error ends the process; it never returns to do anything else. */
export async function runService<Shape extends z.ZodRawShape, Running extends RunningService>(
  options: ServiceOptions<Shape, Running>,
): Promise<void> {
  const { name } = options;
  const faults: string[] = [];
  const host = loaded(HOST_CONFIG, faults);
  const config = loaded(options.config, faults, options.check);
  if (host === undefined || config === undefined) return exitForFaults(new ConfigFaults([...new Set(faults)]));

  const metrics = createMetrics();
  collectProcessMetrics(metrics);
  const log = createLog({
    service: name,
    level: host.env.EMSO_LOG_LEVEL,
    onEvent: (level, reason) => metrics.logEvents.inc({ level, reason }),
  });
  announceSensors(metrics, config.observatory, Date.now());
  metrics.buildInfo.set({ service: name, version: packageJson.version, commit: host.env.EMSO_COMMIT }, 1);

  const fail = (error: unknown): void => {
    if (error instanceof ConfigFaults) exitForFaults(error);
    log.fatal({ reason: 'fatal', err: error }, error instanceof Error ? error.message : String(error));
    process.exit(1);
  };
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);

  const stopping = new AbortController();
  let running: Running | undefined;
  let removeRunFile: (() => Promise<void>) | undefined;
  let http: HttpServer | undefined;
  let started: Promise<Running> | undefined;

  const stop = async (signal: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error(
        { reason: 'drain-timeout' },
        `expected to stop within ${DRAIN_LIMIT_MS} ms of ${signal}, found work still in hand: exiting without it, it will be done again`,
      );
      process.exit(1);
    }, DRAIN_LIMIT_MS);
    stopping.abort(new Error(`stopped by ${signal}`));
    try {
      running = await started;
    } catch (error) {
      log.debug({ err: error }, 'start ended by the signal');
    }
    await running?.stop();
    await http?.close();
    await removeRunFile?.();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal).catch(fail));

  try {
    const ready = (): boolean | string => (stopping.signal.aborted ? 'stopping' : (running?.ready() ?? 'starting'));
    http = await startHttp({
      host: host.env.EMSO_HTTP_HOST,
      port: host.env.EMSO_HTTP_PORT,
      metrics,
      ready,
      routes: (app) => options.routes?.(app, () => running),
    });
    log.info({ url: http.url, site: config.observatoryFile, digest: config.observatoryDigest }, 'listening');
    if (host.env.EMSO_RUN_DIR !== undefined) {
      removeRunFile = await writeRunFile(host.env.EMSO_RUN_DIR, name, http.url);
    }
    started = options.start({ log, metrics, config, signal: stopping.signal, http, fail });
    running = await started;
    if (!stopping.signal.aborted) log.info('started');
  } catch (error) {
    if (!stopping.signal.aborted) fail(error);
  }
}

/** The configuration, or undefined with its faults added to the list. */
function loaded<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  faults: string[],
  check?: ObservatoryCheck,
): LoadedConfig<z.output<z.ZodObject<Shape>>> | undefined {
  try {
    return loadConfig(process.env, schema, check);
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}

function exitForFaults(error: ConfigFaults): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
