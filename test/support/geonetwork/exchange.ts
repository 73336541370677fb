/** One request to the fake server, and the ways it answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from './store.ts';

export interface Exchange {
  readonly store: Store;
  readonly method: string;
  /** Behind the context, without the query: `/srv/api/me`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** The account of the request is known. */
  readonly isKnown: boolean;
}

export function sendJson({ response }: Exchange, status: number, body: unknown) {
  send(response, status, 'application/json;charset=UTF-8', JSON.stringify(body));
}

export function sendXml({ response }: Exchange, status: number, body: string) {
  send(response, status, 'application/xml;charset=UTF-8', body);
}

export function sendEmpty({ response }: Exchange, status: number) {
  response.statusCode = status;
  response.end();
}

export function send(response: ServerResponse, status: number, type: string, body: string) {
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.end(body);
}

/** An error as GeoNetwork's own handler makes it: with a body only for who accepts JSON or XML and does not prefer HTML. */
export function sendError(exchange: Exchange, status: number, code: string, message: string, description = '') {
  const accept = exchange.request.headers.accept ?? '';
  const hasBody = /application\/(json|xml|xhtml)/.test(accept) && !/^\s*text\/html/.test(accept);
  if (!hasBody) return sendEmpty(exchange, status);
  sendJson(exchange, status, { message, code, description });
}

/** What the container says by itself: in HTML, to everybody. */
export function sendPage(response: ServerResponse, status: number, title: string) {
  send(
    response,
    status,
    'text/html;charset=utf-8',
    `<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
  );
}

export function cookiesOf(request: IncomingMessage): Map<string, string> {
  return new Map(
    (request.headers.cookie ?? '')
      .split(/;\s*/)
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
