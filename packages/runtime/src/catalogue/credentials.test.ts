/** The account comes from where it is kept, and nothing that is said shows it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import type { CatalogueFault } from './catalogue-fault.ts';
import { Connection } from './connection.ts';
import { readCredentials, redactor } from './credentials.ts';

const ACCOUNT = { user: 'emso-sync', password: 'pä&ss <"w">/%:é+1' };

describe('redaction', () => {
  const hide = redactor(ACCOUNT);
  const { user, password } = ACCOUNT;
  const written: [where: string, text: string][] = [
    ['plain', `it was ${password}.`],
    ['in an address', `https://${user}:${encodeURIComponent(password)}@host/geonetwork`],
    ['in an address of another account', 'https://admin:admin@host/geonetwork'],
    ['as a parameter', `?password=${new URLSearchParams({ p: password }).toString().slice(2)}&x=1`],
    ['in a header', `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`],
    ['in the token alone', Buffer.from(`${user}:${password}`).toString('base64')],
    ['in JSON', JSON.stringify({ message: `user ${user} with ${password}` })],
    ['in XML', `<m>${password.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</m>`],
    [
      'in HTML',
      password.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ],
    ['the user', `user '${user}' has no right`],
  ];
  for (const [where, text] of written) {
    test(where, () => {
      const shown = hide(text);
      assert.ok(shown.includes('…'), shown);
      for (const part of [password, user, 'ss <', '%C3%A4', 'p%C3', 'admin:', '&lt;'])
        assert.ok(!shown.includes(part), shown);
    });
  }

  test('the name of the account is hidden where it is a word, not within others', () => {
    assert.equal(
      redactor({ user: 'emso', password: 'x1y2' })('emso at emso-ligure.example.org'),
      '… at emso-ligure.example.org',
    );
  });

  test('no password, whatever its characters, is left in a text that holds it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3, unit: 'binary' }), fc.string(), fc.string(), (secret, left, right) => {
        // The mark itself may stand in for one of its own characters.
        fc.pre(!secret.includes('…'));
        const shown = redactor({ user: 'nobody-else', password: secret })(`${left}${secret}${right}`);
        const rest = `${left}|${right}`;
        return rest.includes(secret) || !shown.includes(secret) || left.includes('…') || right.includes('…');
      }),
    );
  });

  test('without an account, addresses and headers are still cleaned', () => {
    assert.equal(redactor(undefined)('https://a:b@c/d and Basic YTpiYzpk'), 'https://…@c/d and Basic …');
  });
});

test('what the server echoes is cleaned: in a body of JSON, a page, a redirection', async (t) => {
  const basic = Buffer.from(`${ACCOUNT.user}:${ACCOUNT.password}`).toString('base64');
  const answers: [status: number, type: string, body: string, headers?: Record<string, string>][] = [
    [400, 'application/json', JSON.stringify({ code: 'x', message: `Basic ${basic}`, description: ACCOUNT.password })],
    [401, 'text/html', `<title>401 ${ACCOUNT.user} ${basic}</title>`],
    [500, 'text/plain', `${ACCOUNT.user}/${ACCOUNT.password}`],
    [302, 'text/html', '', { location: `https://${ACCOUNT.user}:${encodeURIComponent(ACCOUNT.password)}@elsewhere/` }],
  ];
  let next = 0;
  const server = createServer((_request, response) => {
    const [status, type, body, headers = {}] = answers[next++];
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const connection = new Connection({ credentials: ACCOUNT, timeoutMs: 2000 });
  const question = {
    method: 'GET',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x?password=${encodeURIComponent(ACCOUNT.password)}`,
    accept: 'application/json',
  } as const;
  const faults: CatalogueFault[] = [];
  for (const _ of answers) faults.push(connection.faultOf(await connection.ask(question), question));
  assert.deepEqual(
    faults.map(({ state }) => state),
    ['refused', 'wrong-password', 'retrying', 'not-geonetwork'],
  );
  for (const { message } of faults) {
    for (const part of [basic, ACCOUNT.user, ACCOUNT.password, encodeURIComponent(ACCOUNT.password)]) {
      assert.ok(!message.includes(part), message);
    }
  }
  assert.match(faults[0].message, /400 x: Basic …/);
});

test('an address that cannot be asked is not shown with what stands in it', async () => {
  const connection = new Connection({ credentials: ACCOUNT, timeoutMs: 500 });
  const url = `http://${ACCOUNT.user}:${encodeURIComponent(ACCOUNT.password)}@127.0.0.1:9/x`;
  await assert.rejects(connection.ask({ method: 'GET', url, accept: '*/*' }), ({ message }: Error) => {
    assert.ok(!message.includes(ACCOUNT.user) && !message.includes('p%C3'), message);
    return true;
  });
});

describe('where the account comes from', () => {
  const dir = temporaryDirectory('account');
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
  };

  test('files go before values, and lose the line feed of an editor only', () => {
    assert.deepEqual(
      readCredentials({
        EMSO_GEONETWORK_USER: 'a',
        EMSO_GEONETWORK_USER_FILE: file('user', 'b\n'),
        EMSO_GEONETWORK_PASSWORD_FILE: file('password', ' c \r\n'),
      }),
      { user: 'b', password: ' c ' },
    );
    assert.deepEqual(readCredentials({ EMSO_GEONETWORK_USER: 'a', EMSO_GEONETWORK_PASSWORD: 'p' }), {
      user: 'a',
      password: 'p',
    });
    assert.equal(readCredentials({}), undefined);
  });

  test('what is missing is named, never shown', () => {
    assert.throws(
      () => readCredentials({ EMSO_GEONETWORK_USER: 'only' }),
      /^Error: EMSO_GEONETWORK_PASSWORD: expected/,
    );
    assert.throws(
      () => readCredentials({ EMSO_GEONETWORK_USER: 'a', EMSO_GEONETWORK_PASSWORD_FILE: path.join(dir, 'none') }),
      /EMSO_GEONETWORK_PASSWORD_FILE: expected a readable file, found ENOENT/,
    );
    assert.throws(
      () => readCredentials({ EMSO_GEONETWORK_USER: 'a', EMSO_GEONETWORK_PASSWORD_FILE: file('empty', '\n') }),
      /expected a file that is not empty/,
    );
  });
});
