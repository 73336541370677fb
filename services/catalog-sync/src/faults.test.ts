/** Every trouble has a state of its own, keeps nothing waiting that need not wait, and is said in the server's own words. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACCOUNT, type Canned } from '../../../test/support/geonetwork/fake-geonetwork.ts';
import { PROFILE_NAMES } from '../../../test/support/geonetwork/profiles.ts';
import { DATASET_UUID, MODULE_UUID, records, SITE_UUID } from '../../../test/support/geonetwork/records.ts';
import { setUpSync } from '../../../test/support/geonetwork/sync-setup.ts';

const page = (status: number, title: string): Canned => ({
  status,
  type: 'text/html',
  body: `<html><head><title>${title}</title></head><body>nginx</body></html>`,
});

for (const profile of PROFILE_NAMES) {
  describe(`GeoNetwork ${profile}`, () => {
    test('403 for a missing token is cured once', async (t) => {
      const { fake, round, writes, states } = await setUpSync(t, profile);
      let writesSeen = 0;
      fake.store.behaviour.before = ({ method }) => {
        // The server was restarted behind our back before the first write.
        if (method === 'PUT' && writesSeen++ === 0) fake.forgetTokens();
        return undefined;
      };
      await round();
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
      const puts = fake.store.seen.filter(({ method }) => method === 'PUT').length;
      assert.equal(puts, writes().length + 1, 'one write more than were taken');
    });

    test('and not looped where a proxy loses the cookies', async (t) => {
      const { fake, round, writes, states, memory } = await setUpSync(t, profile);
      fake.store.behaviour.csrf = 'blind';
      const { fault } = await round();
      assert.equal(fault?.state, 'token-refused');
      assert.match(fault.message, /found 403 twice: a web page 'HTTP Status 403/);
      assert.equal(fake.store.seen.filter(({ method }) => method === 'PUT').length, 2);
      assert.deepEqual(writes(), []);
      assert.deepEqual(await states(), ['token-refused', 'token-refused', 'token-refused']);
      assert.equal((await memory()).state.farEnd.state, 'token-refused');
    });

    test('wrong password', async (t) => {
      const { fake, round, writes, states, memory } = await setUpSync(t, profile);
      const { fault } = await round(records(), { credentials: { user: ACCOUNT.user, password: 'wrongly "typed"' } });
      assert.equal(fault?.state, 'wrong-password');
      assert.match(fault.message, /EMSO_GEONETWORK_PASSWORD_FILE/);
      assert.ok(!fault.message.includes('typed') && !fault.message.includes(ACCOUNT.user), fault.message);
      assert.deepEqual(writes(), []);
      assert.deepEqual(await states(), ['wrong-password', 'wrong-password', 'wrong-password']);
      assert.equal((await memory()).state.farEnd.state, 'wrong-password');
      assert.equal(fake.store.seen.filter(({ method }) => method === 'PUT').length, 0);
    });

    test('wrong group', async (t) => {
      const { round, writes, states } = await setUpSync(t, profile);
      const { fault } = await round(records(), { config: { group: 4 } });
      assert.equal(fault?.state, 'wrong-group');
      assert.match(fault.message, /Editor of: 3 \(EMSO\); found 4/);
      assert.deepEqual(writes(), []);
      assert.deepEqual(await states(), ['wrong-group', 'wrong-group', 'wrong-group']);
      assert.match((await round(records(), { config: { group: 'Mistyped' } })).fault!.message, /found Mistyped/);
    });

    test('an editor without review right: the records are there and wait, and are public once a reviewer has been', async (t) => {
      const { fake, round, writes, states, memory } = await setUpSync(t, profile, {
        profile: 'Editor',
        groupsWithReviewer: [],
      });
      await round();
      assert.deepEqual(writes(), ['created site', 'created module', 'created dataset']);
      assert.deepEqual(await states(), ['awaiting-review', 'awaiting-review', 'awaiting-review']);
      assert.equal((await memory()).state.farEnd.state, 'no-review-right');
      await round();
      assert.deepEqual(writes(), []);
      for (const uuid of [SITE_UUID, MODULE_UUID, DATASET_UUID]) fake.store.publish(uuid, false);
      await round(records(), { recheckAll: false });
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
      assert.equal((await memory()).state.farEnd.state, 'ok');
      // It stays public when its content changes, also where replacing loses the privileges.
      await round(records({ [SITE_UUID]: { title: 'Autre' } }));
      assert.deepEqual(writes(), ['updated site']);
      assert.ok(fake.store.isPublic(SITE_UUID));
    });

    test('workflow on: new records wait for approval, old ones cannot be replaced', async (t) => {
      const { fake, round, writes, states, memory } = await setUpSync(t, profile);
      fake.store.behaviour.workflow = true;
      await round();
      assert.deepEqual(writes(), ['created site', 'created module', 'created dataset']);
      assert.deepEqual(await states(), ['awaiting-review', 'awaiting-review', 'awaiting-review']);
      assert.equal((await memory()).state.farEnd.state, 'workflow-on');
      await round(records({ [MODULE_UUID]: { title: 'Autre' } }));
      assert.deepEqual(writes(), []);
      const [, module, dataset] = await states();
      assert.deepEqual([module, dataset], ['workflow-on', 'awaiting-review']);
      assert.match(
        (await memory()).get(MODULE_UUID)!.message,
        /Overwrite mode is not allowed when workflow is enabled/,
      );
    });

    test('a refused record is shown in the words of the server and holds up nobody but its children', async (t) => {
      const { fake, round, writes, states, memory } = await setUpSync(t, profile);
      fake.store.behaviour.invalid = (uuid) =>
        uuid === MODULE_UUID ? "cvc-complex-type.2.4.a: Invalid content 'gmd:abstract' <é>" : undefined;
      const free = records({ [DATASET_UUID]: { parentUuid: undefined } })[0];
      await round();
      assert.deepEqual(await states(), ['ok', 'refused', 'waiting']);
      const { message, code } = (await memory()).get(MODULE_UUID)!;
      assert.match(message, /cvc-complex-type.2.4.a: Invalid content 'gmd:abstract' <é>/);
      assert.equal(code, 'unsatisfied_request_parameter');
      assert.match((await memory()).get(DATASET_UUID)!.message, /waits for its parent 'Module d'interface .* refused/);
      // Not sent again until it is another one, or somebody says so.
      const before = fake.store.seen.filter(({ method }) => method === 'PUT').length;
      await round();
      assert.equal(fake.store.seen.filter(({ method }) => method === 'PUT').length, before);
      await round([free, ...records().slice(1)]);
      assert.deepEqual(await states(), ['ok', 'refused', 'ok']);
      writes();
      fake.store.behaviour.invalid = () => undefined;
      await round(records(), { retryRefused: true });
      assert.equal(writes()[0], 'created module');
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
    });

    test('201 with errors inside is a refusal', async (t) => {
      const { fake, round, states, memory } = await setUpSync(t, profile);
      fake.store.behaviour.errorInside = (uuid) => (uuid === DATASET_UUID ? 'Data integrity violation' : undefined);
      await round();
      assert.deepEqual(await states(), ['ok', 'ok', 'refused']);
      assert.match(
        (await memory()).get(DATASET_UUID)!.message,
        /answered 201 with errors inside: Data integrity violation/,
      );
    });

    test('the server’s own faults under 400 are tried again, and then the others have their turn', async (t) => {
      const { fake, round, states, memory } = await setUpSync(t, profile);
      const failing = { times: 2 };
      const broken: Canned = {
        status: 400,
        type: 'application/json',
        body: JSON.stringify({ code: 'runtime_exception', message: 'could not obtain a connection', description: '' }),
      };
      fake.store.behaviour.before = ({ method, body }) =>
        method === 'PUT' && body.includes(`${DATASET_UUID}</`) && failing.times-- > 0 ? broken : undefined;
      await round();
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
      failing.times = 99;
      const report = await round(records({ [DATASET_UUID]: { title: 'Autre' } }));
      assert.equal(report.isRetrying, true);
      assert.deepEqual(await states(), ['ok', 'ok', 'retrying']);
      assert.match((await memory()).get(DATASET_UUID)!.message, /400 runtime_exception: could not obtain a connection/);
    });

    test('a proxy without its server: unreachable; a proxy with a page of its own: no GeoNetwork', async (t) => {
      const { fake, round, states, memory } = await setUpSync(t, profile);
      await round();
      fake.store.behaviour.before = () => page(502, '502 Bad Gateway');
      const dead = await round(records({ [SITE_UUID]: { title: 'Autre' } }));
      assert.equal(dead.fault?.state, 'unreachable');
      assert.match(dead.fault.message, /found 502: a web page '502 Bad Gateway'/);
      assert.deepEqual(await states(), ['unreachable', 'ok', 'ok'], 'what is there and unchanged stays well');
      fake.store.behaviour.before = () => page(200, 'Maintenance');
      const maintenance = await round(records({ [SITE_UUID]: { title: 'Autre' } }));
      assert.equal(maintenance.fault?.state, 'not-geonetwork');
      assert.match(maintenance.fault.message, /found 200 and a web page 'Maintenance'/);
      assert.equal((await memory()).state.farEnd.state, 'not-geonetwork');
      fake.store.behaviour.before = () => undefined;
      await round();
      assert.equal((await memory()).state.farEnd.state, 'ok');
    });

    test('a page in place of a record in the middle of a round is no record', async (t) => {
      const { fake, round, writes } = await setUpSync(t, profile);
      await round();
      writes();
      fake.store.behaviour.before = ({ path }) => (path.includes('/formatters/xml') ? page(200, 'Portal') : undefined);
      assert.equal((await round()).fault?.state, 'not-geonetwork');
      assert.deepEqual(writes(), []);
    });
  });
}

test('GeoNetwork 5 is refused in words, and nothing is sent to it', async (t) => {
  const { fake, round, states } = await setUpSync(t, '4.4');
  fake.store.behaviour.version = '5.0.0';
  const { fault } = await round();
  assert.equal(fault?.state, 'unsupported-version');
  assert.match(fault.message, /found 5.0.0: GeoNetwork 5 has no interface that takes records in/);
  assert.deepEqual(await states(), Array(3).fill('unsupported-version'));
  assert.ok(
    fake.store.seen.every(({ headers }) => headers['authorization'] === undefined),
    'no account shown to it',
  );
});

test('what fails while the far end is opened concerns all of it', async (t) => {
  const { fake, round, memory } = await setUpSync(t, '4.4');
  const answers = [
    [500, 'runtime_exception', 'unreachable'],
    [400, 'runtime_exception', 'unreachable'],
    [404, 'resource_not_found', 'not-geonetwork'],
  ] as const;
  for (const [status, code, state] of answers) {
    const body = JSON.stringify({ code, message: 'out of order', description: '' });
    fake.store.behaviour.before = ({ path }) =>
      path.endsWith('/me') ? { status, type: 'application/json', body } : undefined;
    const { fault } = await round();
    assert.equal(fault?.state, state);
    assert.match(fault.message, /out of order/);
    assert.equal((await memory()).state.farEnd.state, state);
  }
});

test('a site that does not say its version says it in the description of its interface, or not at all', async (t) => {
  const { fake, round } = await setUpSync(t, '4.4');
  fake.store.behaviour.version = '';
  const silent = await round();
  assert.equal(silent.fault?.state, 'not-geonetwork');
  fake.store.behaviour.before = ({ path }) => {
    const answer = (value: unknown) => ({ status: 200, type: 'application/json', body: JSON.stringify(value) });
    if (path.endsWith('/site')) return answer({ 'system/site/name': 'x' });
    return path.endsWith('/v2/api-docs') ? answer({ openapi: '3.0.1', info: { version: '5.0.1' } }) : undefined;
  };
  assert.equal((await round()).fault?.state, 'unsupported-version');
});

test('a report that only mentions a workflow is a refusal like others', async (t) => {
  const { fake, round, states } = await setUpSync(t, '4.2.7');
  fake.store.behaviour.invalid = (uuid) =>
    uuid === DATASET_UUID ? "lineage 'workflow of the decoder' is empty" : undefined;
  await round();
  assert.deepEqual(await states(), ['ok', 'ok', 'refused']);
});

test('a child that is there stays well while its parent is refused; what was refused stays refused while nobody answers', async (t) => {
  const { fake, round, writes, states } = await setUpSync(t, '4.2.7');
  await round();
  writes();
  fake.store.behaviour.invalid = (uuid) => (uuid === MODULE_UUID ? 'not complete' : undefined);
  const changed = records({ [MODULE_UUID]: { title: 'Autre' } });
  await round(changed);
  assert.deepEqual(await states(), ['ok', 'refused', 'ok']);
  fake.store.behaviour.before = () => page(503, '503');
  await round(changed);
  assert.deepEqual(await states(), ['ok', 'refused', 'ok']);
  assert.deepEqual(writes(), []);
});

test('nobody listens, or nobody answers', async (t) => {
  const { fake, round } = await setUpSync(t, '4.4');
  fake.store.behaviour.before = () => 'hang';
  const silent = await round();
  assert.equal(silent.fault?.state, 'unreachable');
  assert.match(silent.fault.message, /no answer within 2000 ms/);
  await fake.stop();
  const gone = await round();
  assert.match(gone.fault!.message, /expected an answer, found '.*ECONNREFUSED/);
});

test('a redirection is not followed with the account in hand', async (t) => {
  const { fake, round } = await setUpSync(t, '4.4');
  fake.store.behaviour.before = () => ({
    ...page(302, 'Moved'),
    headers: { location: 'https://elsewhere.example.org/cas/login?service=x' },
  });
  const { fault } = await round();
  assert.equal(fault?.state, 'not-geonetwork');
  assert.match(fault.message, /sends us on to https:\/\/elsewhere.example.org\/cas\/login: correct the address/);
});

test('a reviewer whom the catalogue does not let publish: the records wait, and the far end says why', async (t) => {
  const { fake, round, states, memory } = await setUpSync(t, '4.2.7');
  const forbidden = { code: 'forbidden', message: 'Access Denied', description: 'profilePublishMetadata' };
  fake.store.behaviour.before = ({ path }) =>
    path.endsWith('/publish') ? { status: 403, type: 'application/json', body: JSON.stringify(forbidden) } : undefined;
  await round();
  assert.deepEqual(await states(), Array(3).fill('awaiting-review'));
  const { state, message } = (await memory()).state.farEnd;
  assert.equal(state, 'no-review-right');
  assert.match(message, /403 forbidden: Access Denied: profilePublishMetadata/);
});

test('catalogue.publish false: the records wait for a person, and nothing is wrong with the far end', async (t) => {
  const { round, writes, states, memory } = await setUpSync(t, '4.2.7');
  await round(records(), { config: { publish: false } });
  assert.deepEqual(writes(), ['created site', 'created module', 'created dataset']);
  assert.deepEqual(await states(), Array(3).fill('awaiting-review'));
  assert.equal((await memory()).state.farEnd.state, 'ok');
});

test('a record that was validated there and is kept as it was is found out', async (t) => {
  const { fake, round, states, memory } = await setUpSync(t, '4.2.7');
  await round();
  fake.store.records.get(DATASET_UUID)!.hasValidationStatus = true;
  await round(records({ [DATASET_UUID]: { title: 'Autre' } }));
  assert.deepEqual(await states(), ['ok', 'ok', 'refused']);
  assert.match((await memory()).get(DATASET_UUID)!.message, /clear that status in the catalogue/);
});

test('a server that rewrites more than we know is pushed to once', async (t) => {
  const { fake, round, writes, states } = await setUpSync(t, '4.2.7');
  fake.store.behaviour.after = ({ method, path }) => {
    if (method !== 'PUT' || !path.includes('/records?')) return undefined;
    for (const record of fake.store.records.values()) record.xml = record.xml.replace('Pythéas', 'PYTHÉAS');
    return undefined;
  };
  await round();
  writes();
  await round();
  assert.deepEqual(writes(), []);
  assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
});

test('a record that belongs to others is left to them', async (t) => {
  const { fake, round, writes, states, memory } = await setUpSync(t, '4.4');
  fake.store.insert(DATASET_UUID, '<somebody-elses/>', 4);
  writes();
  await round();
  assert.deepEqual(await states(), ['ok', 'ok', 'refused']);
  assert.match((await memory()).get(DATASET_UUID)!.message, /it belongs to others/);
  assert.equal(fake.store.records.get(DATASET_UUID)!.xml, '<somebody-elses/>');
});
