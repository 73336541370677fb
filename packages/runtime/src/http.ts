/** What every service shows about itself: `/healthz` (the process answers), `/readyz` (it does its work), `/metrics`. */
import { hostname } from 'node:os';
import { type FastifyInstance, fastify } from 'fastify';
import type { Metrics } from './metrics.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** True, or why not. */
  readonly ready: () => boolean | string;
  /** Adds routes of the service's own. */
  readonly routes?: ((app: FastifyInstance) => void) | undefined;
}

export interface HttpServer {
  /** Where others reach it. */
  readonly url: string;
  close(): Promise<void>;
}

/** These hosts mean every address of the machine. */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Listens. Throws when the address cannot be had. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, metrics } = options;
  const app = fastify({ forceCloseConnections: true });
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = options.ready();
    if (ready === true) return { status: 'ready' };
    reply.code(503);
    return { status: 'not ready', reason: ready === false ? 'unknown' : ready };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  options.routes?.(app);
  try {
    const listening = new URL(await app.listen({ host, port }));
    // Who listens everywhere is asked from elsewhere, where 127.0.0.1 is somebody else: the name of a container is known on its
    // network, the name of a machine on its site.
    if (EVERYWHERE.has(host)) listening.hostname = hostname();
    return { url: listening.origin, close: () => app.close() };
  } catch (error) {
    throw new Error(
      `http: expected to listen on ${host}:${port}, found ${(error as Error).message}: set EMSO_HTTP_HOST and EMSO_HTTP_PORT to an address of this machine that is free`,
      { cause: error },
    );
  }
}
