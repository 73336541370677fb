/**
 * A GeoNetwork to test against: its REST interface and its CSW in four releases, with the habits that break clients. It is a far end, so it
 * is played; its shapes are compared with GeoNetwork's own description in openapi.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCswQuery, answerCswTransaction } from './csw-endpoint.ts';
import { cookiesOf, type Exchange, send, sendEmpty, sendError, sendPage } from './exchange.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { answerRest } from './rest-api.ts';
import { type Account, type Seen, Store } from './store.ts';

export type { Canned, Seen, WrittenRecord } from './store.ts';

export interface FakeGeoNetwork {
  /** Address of the web application, `http://127.0.0.1:…/geonetwork`. */
  readonly url: string;
  /** What it holds; `writes` are the changes that it made, `behaviour` may be changed at any time. */
  readonly store: Store;
  /** Tokens that were given out so far are not taken any more. */
  forgetTokens(): void;
  stop(): Promise<void>;
}

const CONTEXT = '/geonetwork';

/** An account that may edit and review for group 3, with a password full of characters that break encodings. */
export const ACCOUNT: Account = {
  user: 'emso-sync',
  password: 'pässw&rd <"x">/%:é',
  profile: 'Reviewer',
  groupsWithEditor: [3],
  groupsWithReviewer: [3],
};

/** Starts it on a free port. */
export async function startGeoNetwork(profile: ProfileName, account: Partial<Account> = {}): Promise<FakeGeoNetwork> {
  const store = new Store(PROFILES[profile], { ...ACCOUNT, ...account });
  const server = createServer((request, response) => {
    handle(store, request, response).catch((error: unknown) => {
      sendPage(response, 500, `the fake failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${CONTEXT}`,
    store,
    forgetTokens() {
      store.tokens = new Set();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(store: Store, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://fake');
  const path = url.pathname.startsWith(`${CONTEXT}/`) ? url.pathname.slice(CONTEXT.length) : undefined;
  const method = request.method ?? 'GET';
  const seen: Seen = {
    method,
    path: `${path ?? url.pathname}${url.search}`,
    headers: { ...request.headers },
    body: body.toString('utf8'),
  };
  store.seen.push(seen);
  const canned = store.behaviour.before(seen);
  if (canned === 'hang') return;
  if (canned !== undefined) {
    for (const [name, value] of Object.entries(canned.headers ?? {})) response.setHeader(name, value);
    return send(response, canned.status, canned.type, canned.body);
  }
  if (path === undefined) return sendPage(response, 404, '404 Not Found');
  const isKnown = filter(store, request, response, { method, path });
  if (isKnown === undefined) return;
  answer({ store, method, path, query: url.searchParams, request, response, body, isKnown }, seen);
}

/** The filters before the application, in their order: forged requests, then login. Undefined when they have answered. */
function filter(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
  { method, path }: { method: string; path: string },
): boolean | undefined {
  const cookies = cookiesOf(request);
  const token = cookies.get('XSRF-TOKEN');
  const setToken = (): void => {
    response.appendHeader('set-cookie', `XSRF-TOKEN=${store.newToken()}; Path=${CONTEXT}`);
  };
  if (token === undefined || !store.tokens.has(token)) setToken();
  const isSafe = ['GET', 'HEAD', 'TRACE', 'OPTIONS'].includes(method) || /^\/\w+\/\w{3}\/csw/.test(path);
  const given = request.headers['x-xsrf-token'] ?? new URL(request.url!, 'http://fake').searchParams.get('_csrf');
  const isRight = token !== undefined && token === given && store.tokens.has(token) && store.behaviour.csrf === 'on';
  if (!isSafe && !isRight) {
    sendPage(response, 403, 'HTTP Status 403 – Forbidden');
    return undefined;
  }
  const session = cookies.get('JSESSIONID');
  if (session !== undefined && store.sessions.has(session)) return true;
  const { authorization } = request.headers;
  if (authorization === undefined) return false;
  const { user, password } = store.behaviour.account;
  const [name, secret] = splitOnce(Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8'));
  if (name === user && secret === password) {
    const fresh = randomUUID();
    store.sessions.add(fresh);
    response.appendHeader('set-cookie', `JSESSIONID=${fresh}; Path=${CONTEXT}; HttpOnly`);
    // At login the token is another one.
    setToken();
    return true;
  }
  if (store.profile.wrongPassword === 204 || /\/csw/.test(path)) return false;
  response.setHeader('www-authenticate', 'Basic realm="Realm"');
  // Some servers repeat what they were given.
  sendPage(response, 401, `HTTP Status 401 – Bad credentials ${authorization}`);
  return undefined;
}

function answer(exchange: Exchange, seen: Seen) {
  const { store, method, path, response } = exchange;
  const [, , rest] = /^\/(\w+)(\/.*)$/.exec(path) ?? [];
  const end = response.end.bind(response);
  response.end = ((text?: string) => {
    const type = String(response.getHeader('content-type') ?? '');
    store.answered.push({ seen, status: response.statusCode, type, text: text ?? '' });
    // What was done is done, and nobody is told.
    if (store.behaviour.after(seen) === 'lose') return response.destroy();
    return text === undefined ? end() : end(text);
  }) as typeof response.end;
  if (rest === '/eng/csw' && method === 'GET') return answerCswQuery(exchange);
  if (rest === '/eng/csw-publication' && method === 'POST') return answerCswTransaction(exchange);
  const base = [...store.profile.bases]
    .sort((a, b) => b.length - a.length)
    .find((each) => rest?.startsWith(`/${each}/`));
  if (base === undefined || rest === undefined) return sendPage(response, 404, '404 Not Found');
  if (answerRest(exchange, rest.slice(base.length + 1))) return;
  if (method === 'GET') return sendError(exchange, 404, 'resource_not_found', `No handler for ${path}`);
  sendEmpty(exchange, 405);
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return [text.slice(0, at), text.slice(at + 1)];
}
