/**
 * One HTTP server: its cookies, our account, and what it says, in words without secrets. Redirections are not followed, so that the
 * account goes nowhere else.
 */
import { CatalogueFault } from './catalogue-fault.ts';
import { basicToken, type Credentials, type Redact, redactor } from './credentials.ts';

export interface ConnectionOptions {
  readonly credentials?: Credentials | undefined;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Question {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly accept: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without account and cookies, as anybody would ask. */
  readonly anonymous?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Media type, lower case, without parameters. */
  readonly type: string;
  readonly text: string;
  /** The parsed body of an answer of type JSON; undefined otherwise. */
  readonly json: unknown;
  /** Header by lower-case name. */
  header(name: string): string | undefined;
}

/** A record is some 50 KB. */
const MAX_ANSWER_BYTES = 16 << 20;
const MAX_WORDS = 600;

export class Connection {
  readonly redact: Redact;
  readonly #options: ConnectionOptions;
  readonly #cookies = new Map<string, string>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.redact = redactor(options.credentials);
  }

  get hasAccount(): boolean {
    return this.#options.credentials !== undefined;
  }

  /** By name, whatever its path: a proxy may have moved the server to another one. */
  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  /** The answer, whatever its status. Throws CatalogueFault `unreachable` when there is none, and the reason of the signal. */
  async ask(question: Question): Promise<Answer> {
    const { method, url, anonymous = false } = question;
    const { credentials, timeoutMs, signal } = this.#options;
    const headers: Record<string, string> = { accept: question.accept, ...question.headers };
    if (question.contentType !== undefined) headers['content-type'] = question.contentType;
    if (!anonymous && credentials !== undefined) headers['authorization'] = `Basic ${basicToken(credentials)}`;
    if (!anonymous && this.#cookies.size > 0) {
      headers['cookie'] = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    }
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        ...(question.body === undefined ? {} : { body: question.body }),
      });
      if (!anonymous) this.#keepCookies(response.headers.getSetCookie());
      return answerOf(response, await textWithin(response));
    } catch (error) {
      signal?.throwIfAborted();
      const why = timeout.aborted ? `no answer within ${timeoutMs} ms` : `'${this.redact(causeOf(error))}'`;
      throw new CatalogueFault(
        'unreachable',
        `${this.#place(question)}: expected an answer, found ${why}: it is tried again; is the server up, and may this machine reach it?`,
      );
    }
  }

  /**
   * What an answer that is no success means. `code` decides before the status: a GeoNetwork says 400 for its own faults too.
   */
  faultOf(answer: Answer, question: Pick<Question, 'method' | 'url'>): CatalogueFault {
    const { status, type } = answer;
    const { code } = errorBody(answer);
    const said = `${this.#place(question)}: expected success, found ${status}${code === undefined ? '' : ` ${code}`}: ${this.wordsOf(answer)}`;
    const details = { code, retryAfterMs: retryAfterMs(answer.header('retry-after')) };
    const isPage = type.includes('html');
    if (status === 429 || (status >= 502 && status <= 504)) return new CatalogueFault('unreachable', said, details);
    if (status === 401) {
      return new CatalogueFault(
        'wrong-password',
        `${said}: check EMSO_GEONETWORK_USER_FILE and EMSO_GEONETWORK_PASSWORD_FILE`,
        details,
      );
    }
    if (status >= 300 && status < 400) {
      const to = this.redact((answer.header('location') ?? 'nowhere').replace(/[?#].*$/, ''));
      return new CatalogueFault(
        'not-geonetwork',
        `${said}: it sends us on to ${to}: correct the address in the site file`,
      );
    }
    if (/workflow\s+is\s+enabled/i.test(answer.text)) return new CatalogueFault('workflow-on', said, details);
    if (status >= 500 || code === 'runtime_exception') return new CatalogueFault('retrying', said, details);
    if (isPage && status !== 413) return new CatalogueFault('not-geonetwork', said, details);
    return new CatalogueFault('refused', said, details);
  }

  /** What the server itself says, on one line, without secrets. */
  wordsOf(answer: Answer): string {
    const { message, description } = errorBody(answer);
    let words = [message, description].filter((part) => part !== undefined && part !== '').join(': ');
    if (words === '') {
      const { text, type } = answer;
      if (type.includes('html')) {
        const title =
          /<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? /<h1[^>]*>([^<]*)/i.exec(text)?.[1] ?? 'without a title';
        words = `a web page '${title.trim()}'`;
      } else words = text;
    }
    const line = this.redact(words).replace(/\s+/g, ' ').trim();
    if (line === '') return 'no word';
    return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line;
  }

  #place({ method, url }: Pick<Question, 'method' | 'url'>): string {
    return `${method} ${this.redact(url.replace(/\?.*$/, ''))}`;
  }

  #keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      if (at < 1) continue;
      const name = pair.slice(0, at).trim();
      const value = pair.slice(at + 1).trim();
      const isOver = value === '' || attributes.some((each) => /^\s*max-age\s*=\s*(?:0|-\d+)\s*$/i.test(each));
      if (isOver) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

function answerOf(response: Response, text: string): Answer {
  const type = (response.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase();
  return {
    status: response.status,
    type,
    text,
    json: type.endsWith('json') ? jsonOf(text) : undefined,
    header: (name) => response.headers.get(name) ?? undefined,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut off, or never JSON: the text is shown instead.
    return undefined;
  }
}

async function textWithin(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function errorBody({ json }: Answer): { code?: string; message?: string; description?: string } {
  if (typeof json !== 'object' || json === null) return {};
  const text = (key: string): Record<string, string> => {
    const value = (json as Record<string, unknown>)[key];
    return typeof value === 'string' ? { [key]: value } : {};
  };
  return { ...text('code'), ...text('message'), ...text('description') };
}

function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}

/** What stands behind "fetch failed". */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  if (cause instanceof Error) return cause.message || (cause as NodeJS.ErrnoException).code || cause.name;
  return message;
}
