/** The catalogue of the institute over the REST interface of GeoNetwork 3.12 and 4. */
import type { CatalogueRecord } from '@emso/core';
import { CatalogueFault } from './catalogue-fault.ts';
import { type Answer, Connection, type ConnectionOptions } from './connection.ts';
import type { Contact, FarEnd, FarEndConfig, RemoteRecord } from './far-end.ts';
import {
  type Account,
  accountOf,
  groupNumber,
  groupOf,
  isAdministrator,
  mayEdit,
  mayReview,
  type NamedGroup,
} from './geonetwork-account.ts';
import { insertionFault } from './geonetwork-report.ts';
import { GeoNetworkSession } from './geonetwork-session.ts';
import { demandSupported, type Version, versionOfDescription, versionOfSite } from './geonetwork-version.ts';

const XML = 'application/xml';
const NO_REVIEWER =
  'our account is no Reviewer of its group: a reviewer does it in the catalogue, or the administrator makes the account Reviewer';

export class GeoNetwork implements FarEnd {
  readonly identity: string;
  readonly #config: FarEndConfig<'geonetwork'>;
  readonly #session: GeoNetworkSession;
  #opened: { readonly version: Version; readonly group: number; readonly mayPublish: boolean } | undefined;

  constructor(config: FarEndConfig<'geonetwork'>, options: ConnectionOptions) {
    this.#config = config;
    this.identity = `${config.url}/${config.portal}`;
    this.#session = new GeoNetworkSession(new Connection(options), `${config.url}/${config.portal}/api`);
  }

  async open(): Promise<Contact> {
    const version = await this.#discover();
    const account = await this.#login();
    const group = await this.#findGroup(account);
    const mayPublish = mayReview(account, group);
    this.#opened = { version, group, mayPublish };
    return { name: `GeoNetwork ${version.text}`, mayPublish: mayPublish || NO_REVIEWER };
  }

  async read(uuid: string): Promise<RemoteRecord | undefined> {
    const path = `/records/${uuid}/formatters/xml?addSchemaLocation=false&increasePopularity=false&withInfo=false&attachment=false&approved=true`;
    // First as anybody: what everybody can read is published, whatever the privileges say.
    const open = this.#readable(await this.#session.ask(path, { accept: XML, anonymous: true }), path, true);
    if (open.status === 200) return { xml: open.text, isPublic: true };
    // 401 to anybody: a proxy lets only known people in.
    const own = this.#readable(await this.#session.ask(path, { accept: XML }), path, false);
    if (own.status === 200) return { xml: own.text, isPublic: false };
    if (own.status === 404) return undefined;
    throw new CatalogueFault(
      'refused',
      `record ${uuid}: expected a record that our account may see, found that it belongs to others: ${this.#session.connection.wordsOf(own)}: give it to our group in the catalogue, or remove it there`,
    );
  }

  /** An answer to a reading that says something about the record. A page in its place does not. */
  #readable(answer: Answer, path: string, isAnonymous: boolean): Answer {
    const known = isAnonymous ? [200, 401, 403, 404] : [200, 403, 404];
    if (known.includes(answer.status) && !answer.type.includes('html')) return answer;
    const { connection } = this.#session;
    const question = { method: 'GET', url: this.#session.urlOf(path) } as const;
    if (answer.status !== 200) throw connection.faultOf(answer, question);
    throw new CatalogueFault(
      'not-geonetwork',
      `${question.url.replace(/\?.*$/, '')}: expected a record, found ${connection.wordsOf(answer)}: does a proxy answer in its place?`,
    );
  }

  async put(record: CatalogueRecord, remote: RemoteRecord | undefined): Promise<void> {
    const { version, group, mayPublish } = this.#demandOpened();
    const query = new URLSearchParams({
      metadataType: 'METADATA',
      // Never over a record that we did not see.
      uuidProcessing: remote === undefined ? 'NOTHING' : 'OVERWRITE',
      group: String(group),
      rejectIfInvalid: String(this.#config.rejectIfInvalid),
      // There, replacing loses the privileges: they are set in the same request.
      publishToAll: String(
        version.losesPrivileges && this.#config.publish && (mayPublish || remote?.isPublic === true),
      ),
      transformWith: '_none_',
    });
    const answer = await this.#session.write('PUT', `/records?${query}`, {
      type: `${XML}; charset=UTF-8`,
      text: record.xml,
    });
    const fault = insertionFault(answer, record.uuid);
    if (fault !== undefined) throw new CatalogueFault('refused', this.#session.connection.redact(fault));
  }

  async publish(uuid: string): Promise<void> {
    await this.#review('PUT', `/records/${uuid}/publish`);
  }

  async unpublish(uuid: string): Promise<void> {
    await this.#review('PUT', `/records/${uuid}/unpublish`);
  }

  async remove(uuid: string): Promise<void> {
    await this.#session.write('DELETE', `/records/${uuid}?withBackup=true`);
  }

  async #review(method: 'PUT', path: string): Promise<void> {
    try {
      await this.#session.write(method, path);
    } catch (error) {
      if (!(error instanceof CatalogueFault) || error.state !== 'refused' || error.code !== 'forbidden') throw error;
      throw new CatalogueFault('awaiting-review', error.message, { code: error.code });
    }
  }

  async #discover(): Promise<Version> {
    // Without the account: whoever answers is not known yet.
    const answer = await this.#session.ask('/site', { anonymous: true });
    const question = { method: 'GET', url: this.#session.urlOf('/site') } as const;
    const { connection } = this.#session;
    if (answer.status === 200 && answer.json !== undefined) {
      const version = versionOfSite(answer.json) ?? (await this.#describedVersion());
      return demandSupported(version, question.url);
    }
    const fault = answer.status === 200 ? undefined : connection.faultOf(answer, question);
    if (answer.status >= 300 && answer.status < 400) throw fault;
    if (fault?.isPassing) throw new CatalogueFault('unreachable', fault.message, fault);
    throw new CatalogueFault(
      'not-geonetwork',
      `${question.url}: expected the description of a GeoNetwork in JSON, found ${answer.status} and ${connection.wordsOf(answer)}: check catalogue.url and catalogue.portal in the site file, or whether a proxy answers in its place`,
    );
  }

  /** What the interface calls itself; undefined where it does not. */
  async #describedVersion(): Promise<string | undefined> {
    const { url, portal } = this.#config;
    const question = { method: 'GET', url: `${url}/${portal}/v2/api-docs`, accept: 'application/json' } as const;
    const { json } = await this.#session.connection.ask({ ...question, anonymous: true });
    return versionOfDescription(json);
  }

  async #login(): Promise<Account> {
    const { connection } = this.#session;
    const answer = await this.#session.ask('/me');
    const account = answer.status === 200 ? accountOf(answer.json) : undefined;
    if (account !== undefined) return account;
    const question = { method: 'GET', url: this.#session.urlOf('/me') } as const;
    if (![200, 204, 401, 403].includes(answer.status)) throw connection.faultOf(answer, question);
    const found = answer.status === 204 ? 'to be nobody (204)' : `${answer.status}: ${connection.wordsOf(answer)}`;
    const todo = connection.hasAccount
      ? 'check what EMSO_GEONETWORK_USER_FILE and EMSO_GEONETWORK_PASSWORD_FILE hold, and whether the account is enabled there'
      : 'set EMSO_GEONETWORK_USER_FILE and EMSO_GEONETWORK_PASSWORD_FILE';
    throw new CatalogueFault(
      'wrong-password',
      `${question.url}: expected our account to be known, found ${found}: ${todo}`,
    );
  }

  async #findGroup(account: Account): Promise<number> {
    const { group } = this.#config;
    const number = groupNumber(group);
    if (number !== undefined && !isAdministrator(account) && mayEdit(account, number)) return number;
    const answer = await this.#session.ask('/groups');
    if (answer.status === 200 && Array.isArray(answer.json))
      return groupOf(group, account, answer.json as NamedGroup[]);
    throw this.#session.connection.faultOf(answer, { method: 'GET', url: this.#session.urlOf('/groups') });
  }

  #demandOpened() {
    if (this.#opened === undefined) throw new Error('GeoNetwork: expected open() before anything is written');
    return this.#opened;
  }
}
