/**
 * A catalogue over CSW 2.0.2 transactions: GeoNetwork, and others such as pycsw. It keeps privileges when it replaces a record, and has
 * no word for publishing: that is done in the catalogue.
 */
import type { CatalogueRecord } from '@emso/core';
import { CatalogueFault } from './catalogue-fault.ts';
import { type Answer, Connection, type ConnectionOptions, type Question } from './connection.ts';
import {
  type CswAnswer,
  capabilitiesQuery,
  deleteTransaction,
  putTransaction,
  readCswAnswer,
  recordQuery,
} from './csw-messages.ts';
import type { Contact, FarEnd, FarEndConfig, RemoteRecord } from './far-end.ts';

const XML = 'application/xml';

const NO_WORD = 'CSW has no word for publishing: a person does it in the catalogue, or the driver geonetwork by itself';

/** `…/srv/eng/csw-publication`: a GeoNetwork, which reads at another address and can be asked who we are. */
const GEONETWORK = /^(.*\/[^/]+)\/[a-z]{3}\/csw-publication$/;

export class Csw implements FarEnd {
  readonly identity: string;
  readonly #connection: Connection;
  readonly #readUrl: string;
  readonly #meUrl: string | undefined;

  constructor(config: FarEndConfig<'csw'>, options: ConnectionOptions) {
    this.identity = config.cswUrl;
    this.#connection = new Connection(options);
    const portal = GEONETWORK.exec(config.cswUrl)?.[1];
    this.#readUrl = config.cswUrl.replace(/csw-publication$/, 'csw');
    this.#meUrl = portal === undefined ? undefined : `${portal}/api/me`;
  }

  async open(): Promise<Contact> {
    const question = this.#reading(capabilitiesQuery(), true);
    const answer = await this.#connection.ask(question);
    const said = answer.status === 200 ? readCswAnswer(answer.text) : undefined;
    if (said?.kind !== 'capabilities') {
      const fault = answer.status === 200 ? undefined : this.#connection.faultOf(answer, question);
      if (fault?.isPassing) throw new CatalogueFault('unreachable', fault.message, fault);
      throw new CatalogueFault(
        'not-geonetwork',
        `${this.#readUrl}: expected the capabilities of a CSW 2.0.2, found ${answer.status} and ${this.#connection.wordsOf(answer)}: check catalogue.cswUrl in the site file, or whether a proxy answers in its place`,
      );
    }
    await this.#demandLogin();
    return { name: 'CSW 2.0.2', mayPublish: NO_WORD };
  }

  async read(uuid: string): Promise<RemoteRecord | undefined> {
    for (const anonymous of [true, false]) {
      const question = this.#reading(recordQuery(uuid), anonymous);
      const said = this.#understood(await this.#connection.ask(question), question);
      if (said.kind === 'record' && said.xml !== undefined) return { xml: said.xml, isPublic: anonymous };
      // Some answer an unknown id with an exception.
      if (said.kind !== 'record' && said.kind !== 'exception') throw this.#unexpected(said, 'a record', question);
    }
    return undefined;
  }

  async put(record: CatalogueRecord, remote: RemoteRecord | undefined): Promise<void> {
    const kind = remote === undefined ? 'Insert' : 'Update';
    const said = await this.#transact(putTransaction(kind, record.xml));
    const count = kind === 'Insert' ? said.inserted : said.updated;
    if (count === 1) return;
    throw new CatalogueFault(
      'refused',
      `record ${record.uuid}: expected one record to be ${kind === 'Insert' ? 'inserted' : 'updated'}, found ${count}: may our account edit it?`,
    );
  }

  publish(uuid: string): Promise<void> {
    return this.#byHand(uuid, 'published');
  }

  unpublish(uuid: string): Promise<void> {
    return this.#byHand(uuid, 'unpublished');
  }

  async remove(uuid: string): Promise<void> {
    const { deleted } = await this.#transact(deleteTransaction(uuid));
    if (deleted !== 1) {
      throw new CatalogueFault('refused', `record ${uuid}: expected one record to be deleted, found ${deleted}`);
    }
  }

  async #byHand(uuid: string, what: string): Promise<void> {
    throw new CatalogueFault('awaiting-review', `record ${uuid}: expected it to be ${what}: ${NO_WORD}`);
  }

  /** Some answer a wrong password as if nobody had asked: a GeoNetwork is asked elsewhere who we are. */
  async #demandLogin(): Promise<void> {
    if (this.#meUrl === undefined) return;
    const question: Question = { method: 'GET', url: this.#meUrl, accept: 'application/json' };
    const answer = await this.#connection.ask(question);
    if (answer.status === 200 || answer.status === 404) return;
    if (answer.status !== 204) throw this.#connection.faultOf(answer, question);
    throw new CatalogueFault(
      'wrong-password',
      `${this.#meUrl}: expected our account to be known, found to be nobody (204): check what EMSO_GEONETWORK_USER_FILE and EMSO_GEONETWORK_PASSWORD_FILE hold`,
    );
  }

  async #transact(body: string): Promise<Extract<CswAnswer, { kind: 'transaction' }>> {
    const question: Question = {
      method: 'POST',
      url: this.identity,
      accept: XML,
      contentType: `${XML}; charset=UTF-8`,
      body,
    };
    const said = this.#understood(await this.#connection.ask(question), question);
    if (said.kind === 'transaction') return said;
    throw this.#unexpected(said, 'the summary of a transaction', question);
  }

  /** Exceptions come with 200 as well as with errors. */
  #understood(answer: Answer, question: Question): CswAnswer {
    const said = answer.type.includes('html') ? undefined : readCswAnswer(answer.text);
    if (said?.kind === 'exception' && answer.status < 500) return said;
    if (answer.status < 200 || answer.status >= 300) throw this.#connection.faultOf(answer, question);
    if (said !== undefined && said.kind !== 'other') return said;
    throw new CatalogueFault(
      'not-geonetwork',
      `${question.method} ${question.url.replace(/\?.*$/, '')}: expected an answer of a CSW, found ${this.#connection.wordsOf(answer)}: does a proxy answer in its place?`,
    );
  }

  #unexpected(said: CswAnswer, expected: string, { method, url }: Question): CatalogueFault {
    const found = said.kind === 'exception' ? `${said.code}: ${said.text.slice(0, 600)}` : said.kind;
    return new CatalogueFault(
      'refused',
      this.#connection.redact(`${method} ${url.replace(/\?.*$/, '')}: expected ${expected}, found ${found}`),
      said.kind === 'exception' ? { code: said.code } : {},
    );
  }

  #reading(query: string, anonymous: boolean): Question {
    return { method: 'GET', url: `${this.#readUrl}?${query}`, accept: XML, anonymous };
  }
}
