/**
 * Talking to the REST interface of a GeoNetwork. Its filter against forged requests stands before its login: a write without the token
 * of the cookie is 403 whatever the password, so that such a 403 is cured with the token that came with it, once.
 */
import { CatalogueFault } from './catalogue-fault.ts';
import type { Answer, Connection, Question } from './connection.ts';

const JSON_TYPE = 'application/json';

export class GeoNetworkSession {
  readonly connection: Connection;
  /** Of the interface, `…/srv/api`. */
  readonly #base: string;

  constructor(connection: Connection, base: string) {
    this.connection = connection;
    this.#base = base;
  }

  urlOf(path: string): string {
    return `${this.#base}${path}`;
  }

  /** Any answer to a reading. */
  ask(path: string, options: { readonly accept?: string; readonly anonymous?: boolean } = {}): Promise<Answer> {
    // Without JSON among the accepted, errors come without a body.
    const accept = options.accept === undefined ? JSON_TYPE : `${options.accept}, ${JSON_TYPE}`;
    return this.connection.ask({ method: 'GET', url: this.urlOf(path), accept, anonymous: options.anonymous ?? false });
  }

  /** The answer of a write, a success. Throws CatalogueFault. */
  async write(method: 'PUT' | 'DELETE', path: string, body?: { type: string; text: string }): Promise<Answer> {
    const question: Question = {
      method,
      url: this.urlOf(path),
      accept: JSON_TYPE,
      ...(body === undefined ? {} : { body: body.text, contentType: body.type }),
    };
    const sent = await this.#token();
    let answer = await this.#send(question, sent);
    if (answer.status === 403 && !isOwnRefusal(answer)) {
      const fresh = this.connection.cookie('XSRF-TOKEN');
      // Else it brought no other token: ask once where one is given.
      if (fresh === undefined || fresh === sent) await this.ask('/me');
      answer = await this.#send(question, this.connection.cookie('XSRF-TOKEN'));
      if (answer.status === 403 && !isOwnRefusal(answer)) {
        throw new CatalogueFault(
          'token-refused',
          `${method} ${question.url.replace(/\?.*$/, '')}: expected the token of the cookie XSRF-TOKEN to be taken, found 403 twice: ${this.connection.wordsOf(answer)}: does a proxy before the GeoNetwork drop or rename cookies, or the header X-XSRF-TOKEN?`,
        );
      }
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw this.connection.faultOf(answer, question);
  }

  async #token(): Promise<string | undefined> {
    const held = this.connection.cookie('XSRF-TOKEN');
    if (held !== undefined) return held;
    await this.ask('/me');
    return this.connection.cookie('XSRF-TOKEN');
  }

  #send(question: Question, token: string | undefined): Promise<Answer> {
    return this.connection.ask({ ...question, headers: token === undefined ? {} : { 'x-xsrf-token': token } });
  }
}

/** The GeoNetwork itself refuses, in its own JSON; the filter, or the server around it, has a page or another form. */
function isOwnRefusal({ json }: Answer): boolean {
  return typeof json === 'object' && json !== null && 'code' in json;
}
