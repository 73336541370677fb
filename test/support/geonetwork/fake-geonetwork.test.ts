/** The habits of a GeoNetwork that break clients: the fake must have them, or tests against it show nothing (CATALOGUE §1.6). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { canonicalHash } from '@emso/products';
import { basicToken } from '@emso/runtime/catalogue';
import { ACCOUNT, startGeoNetwork } from './fake-geonetwork.ts';
import { PROFILE_NAMES, type ProfileName } from './profiles.ts';
import { DATASET_UUID, records } from './records.ts';
import { parseRecord, rewritten } from './rewriting.ts';
import type { Account } from './store.ts';

const EXAMPLE = path.resolve(import.meta.dirname, '../../../../shared/iso19139/example-record.xml');
const [RECORD] = records();
const XML = 'application/xml; charset=UTF-8';
const WRONG = { user: ACCOUNT.user, password: 'wrong' };

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly type?: string;
  readonly accept?: string;
  readonly account?: { user: string; password: string } | undefined;
  readonly token?: string | undefined;
}

async function open(t: TestContext, profile: ProfileName, account: Partial<Account> = {}) {
  const fake = await startGeoNetwork(profile, account);
  t.after(() => fake.stop());
  const ask = async (
    at: string,
    sent: Sent = {},
  ): Promise<{ status: number; type: string; text: string; token: string | undefined }> => {
    const { method = 'GET', body, type, accept = 'application/json', account: as = ACCOUNT, token } = sent;
    const response = await fetch(`${fake.url}${at}`, {
      method,
      headers: {
        accept,
        ...('account' in sent && sent.account === undefined ? {} : { authorization: `Basic ${basicToken(as)}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(token === undefined ? {} : { 'x-xsrf-token': token, cookie: `XSRF-TOKEN=${token}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const set = response.headers.getSetCookie().findLast((each) => each.startsWith('XSRF-TOKEN='));
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
      token: set?.replace(/^XSRF-TOKEN=([^;]*).*$/, '$1'),
    };
  };
  const put = async (query: string, sent: Sent = {}) => {
    const { token } = await ask('/srv/api/me');
    return ask(`/srv/api/records?${query}`, { method: 'PUT', body: RECORD.xml, type: XML, token, ...sent });
  };
  return { fake, ask, put };
}

for (const profile of PROFILE_NAMES) {
  describe(profile, () => {
    test('a write without the token is a page and 403, whatever the password, and brings a token', async (t) => {
      const { ask, fake } = await open(t, profile);
      for (const account of [ACCOUNT, WRONG, undefined]) {
        const refused = await ask('/srv/api/records', { method: 'PUT', body: RECORD.xml, type: XML, account });
        assert.equal(refused.status, 403);
        assert.match(refused.type, /html/);
        assert.ok(refused.token);
      }
      const { token } = await ask('/srv/api/me');
      const mixed = await fetch(`${fake.url}/srv/api/records`, {
        method: 'PUT',
        headers: { 'x-xsrf-token': `${token}x`, cookie: `XSRF-TOKEN=${token}`, 'content-type': XML },
        body: RECORD.xml,
      });
      assert.equal(mixed.status, 403, 'cookie and header must agree');
    });

    test('the token is another one after the login', async (t) => {
      const { ask } = await open(t, profile);
      const before = (await ask('/srv/api/site', { account: undefined })).token;
      const { token } = await ask('/srv/api/me', { token: before });
      assert.ok(before && token && before !== token);
    });

    test('nobody is 204; an error has a body only for who accepts one', async (t) => {
      const { ask, put } = await open(t, profile);
      const nobody = await ask('/srv/api/me', { account: undefined });
      assert.deepEqual([nobody.status, nobody.text], [204, '']);
      const missing = `/srv/api/records/${DATASET_UUID}/formatters/xml`;
      assert.deepEqual(JSON.parse((await ask(missing)).text).code, 'resource_not_found');
      assert.deepEqual((await ask(missing, { accept: '*/*' })).text, '');
      assert.deepEqual((await put('group=EMSO', { accept: '*/*' })).text, '');
      assert.equal(JSON.parse((await put('group=EMSO')).text).code, 'runtime_exception', 'groups are numbers');
    });

    test('replacing keeps or loses who may see it; what comes back is not what went in', async (t) => {
      const { fake, ask, put } = await open(t, profile);
      assert.equal((await put('group=3')).status, 201);
      assert.equal((await put('group=3')).status, 400, 'there already');
      fake.store.publish(DATASET_UUID, false);
      assert.equal((await put('group=3&uuidProcessing=OVERWRITE')).status, 201);
      const isOld = profile === '3.12' || profile === '4.2.1';
      assert.equal(fake.store.isPublic(DATASET_UUID), !isOld);
      assert.equal((await put('group=3&uuidProcessing=REMOVE_AND_REPLACE')).status, isOld ? 400 : 201);
      const { text } = await ask(`/srv/api/records/${DATASET_UUID}/formatters/xml`);
      assert.doesNotMatch(text, /schemaLocation|2026-11-21T06:00:00Z|id="FR"/);
      assert.match(text, /nilReason="missing"/);
      assert.match(text, /metadataStandardName/);
      assert.equal(canonicalHash(text), RECORD.contentHash);
    });

    test('without a charset the accents are broken', async (t) => {
      const { fake, put } = await open(t, profile);
      await put('group=3', { type: 'application/xml' });
      assert.match(fake.store.records.get(DATASET_UUID)!.xml, /Ã©/);
    });

    test('an editor may not publish; sharing shows who sees it', async (t) => {
      const { fake, ask, put } = await open(t, profile, { profile: 'Editor', groupsWithReviewer: [] });
      await put('group=3');
      const { token } = await ask('/srv/api/me');
      const refused = await ask(`/srv/api/records/${DATASET_UUID}/publish`, { method: 'PUT', token });
      assert.deepEqual([refused.status, JSON.parse(refused.text).code], [403, 'forbidden']);
      fake.store.behaviour.account = ACCOUNT;
      const body = JSON.stringify({ clear: false, privileges: [{ group: 1, operations: { view: true } }] });
      const at = `/srv/api/records/${DATASET_UUID}/sharing`;
      assert.equal((await ask(at, { method: 'PUT', token, body, type: 'application/json' })).status, 204);
      const shared = JSON.parse((await ask(at)).text) as {
        privileges: { group: number; operations: { view: boolean } }[];
      };
      assert.equal(shared.privileges.find(({ group }) => group === 1)?.operations.view, true);
    });
  });
}

test('4.4 takes XML only; 3.12 has a second base path', async (t) => {
  const { put } = await open(t, '4.4');
  assert.equal((await put('group=3', { type: 'text/xml' })).status, 415);
  const old = await open(t, '3.12');
  assert.equal((await old.ask('/srv/api/0.1/site')).status, 200);
});

test('the example record says the same after it was rewritten', (t) => {
  if (!existsSync(EXAMPLE)) return t.skip('the example record (../shared) is not at hand');
  const xml = readFileSync(EXAMPLE, 'utf8');
  const back = rewritten(parseRecord(xml), Date.now());
  assert.notEqual(back, xml);
  assert.equal(canonicalHash(back), canonicalHash(xml));
});
