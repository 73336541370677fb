/** CSW transactions and a plain directory: the same sync, with what they can and cannot do. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { recordOfXml } from '@emso/products';
import { ACCOUNT } from '../../../test/support/geonetwork/fake-geonetwork.ts';
import { PROFILE_NAMES, type ProfileName } from '../../../test/support/geonetwork/profiles.ts';
import {
  DATASET_TITLE,
  DATASET_UUID,
  MODULE_UUID,
  records,
  SITE_UUID,
} from '../../../test/support/geonetwork/records.ts';
import { setUpSync } from '../../../test/support/geonetwork/sync-setup.ts';
import { temporaryDirectory } from '../../../test/support/waiting.ts';

async function setUpCsw(t: TestContext, profile: ProfileName) {
  const setup = await setUpSync(t, profile);
  const driver = {
    driver: 'csw',
    cswUrl: `${setup.fake.url}/srv/eng/csw-publication`,
    publish: true,
  } as const;
  const round = (list = records(), options: Parameters<typeof setup.round>[1] = {}) =>
    setup.round(list, { driver, ...options });
  const memoryOf = () =>
    JSON.parse(readFileSync(path.join(setup.memoryDir, 'catalogue.json'), 'utf8')) as {
      farEnd: { state: string };
      records: Record<string, { state: string; message: string }>;
    };
  return {
    ...setup,
    round,
    memoryOf,
    statesNow: () => [SITE_UUID, MODULE_UUID, DATASET_UUID].map((uuid) => memoryOf().records[uuid]?.state),
  };
}

for (const profile of PROFILE_NAMES) {
  describe(`CSW of GeoNetwork ${profile}`, () => {
    test('inserts in order, then writes nothing, updates one, and keeps who may see it', async (t) => {
      const { fake, round, writes, statesNow, memoryOf } = await setUpCsw(t, profile);
      await round();
      assert.deepEqual(writes(), ['created site', 'created module', 'created dataset']);
      assert.deepEqual(statesNow(), Array(3).fill('awaiting-review'));
      assert.match(memoryOf().records[SITE_UUID].message, /not public: CSW has no word for publishing/);
      for (const uuid of [SITE_UUID, MODULE_UUID, DATASET_UUID]) fake.store.publish(uuid, false);
      await round();
      assert.deepEqual(writes(), []);
      assert.deepEqual(statesNow(), ['ok', 'ok', 'ok']);
      await round(records({ [DATASET_UUID]: { title: 'œuvre < 1 & é' } }));
      assert.deepEqual(writes(), ['updated dataset']);
      assert.ok(fake.store.isPublic(DATASET_UUID));
      assert.equal(recordOfXml(fake.store.records.get(DATASET_UUID)!.xml).title, 'œuvre < 1 & é');
      assert.ok(fake.store.seen.every(({ headers }) => headers['x-xsrf-token'] === undefined));
    });

    test('a wrong password is found out although CSW takes it for nobody', async (t) => {
      const { round, writes } = await setUpCsw(t, profile);
      const { fault } = await round(records(), { credentials: { user: ACCOUNT.user, password: 'no' } });
      assert.equal(fault?.state, 'wrong-password');
      assert.deepEqual(writes(), []);
    });
  });
}

test('CSW: an exception is a refusal in the words of the server', async (t) => {
  const { fake, round, statesNow, memoryOf } = await setUpCsw(t, '4.2.7');
  fake.store.behaviour.insertedIsPublic = true;
  fake.store.behaviour.invalid = (uuid) => (uuid === DATASET_UUID ? "cvc-datatype: '<x>' & more" : undefined);
  await round();
  assert.deepEqual(statesNow(), ['ok', 'ok', 'refused']);
  assert.match(
    memoryOf().records[DATASET_UUID].message,
    /NoApplicableCode: Cannot process transaction: cvc-datatype: '<x>' & more/,
  );
});

test('CSW: withdrawn waits for a person, deleted when told; a lost answer is no second record', async (t) => {
  const { fake, round, writes, statesNow } = await setUpCsw(t, '4.4');
  fake.store.behaviour.insertedIsPublic = true;
  let lost = 0;
  fake.store.behaviour.after = ({ method }) => (method === 'POST' && lost++ === 0 ? 'lose' : undefined);
  await round();
  assert.deepEqual(writes(), ['created site', 'created module', 'created dataset']);
  const withdrawn = records({ [DATASET_UUID]: { withdrawn: true } });
  await round(withdrawn);
  assert.deepEqual(writes(), []);
  assert.deepEqual(statesNow(), ['ok', 'ok', 'awaiting-review']);
  await round(withdrawn, { deleteWithdrawn: true });
  assert.deepEqual(writes(), ['deleted dataset']);
  assert.deepEqual(statesNow(), ['ok', 'ok', 'withdrawn']);
});

test('CSW: a page, a dead proxy, and what is no CSW', async (t) => {
  const { fake, round } = await setUpCsw(t, '4.4');
  const cases = [
    [200, 'text/html', '<title>Portal</title>', 'not-geonetwork'],
    [502, 'text/html', '<title>502</title>', 'unreachable'],
    [200, 'application/xml', '<rss/>', 'not-geonetwork'],
    [404, 'text/html', '<title>Not found</title>', 'not-geonetwork'],
  ] as const;
  for (const [status, type, body, state] of cases) {
    fake.store.behaviour.before = () => ({ status, type, body });
    assert.equal((await round()).fault?.state, state, body);
  }
});

describe('a directory', () => {
  const setUp = async (t: TestContext) => {
    const setup = await setUpSync(t, '4.4');
    const directory = path.join(temporaryDirectory('records'), 'harvested');
    const driver = { driver: 'directory', directory, publish: true } as const;
    return { directory, round: (list = records(), more = {}) => setup.round(list, { driver, ...more }) };
  };

  test('gets each record as a file, once; what changed is replaced', async (t) => {
    const { directory, round } = await setUp(t);
    mkdirSync(directory);
    assert.equal((await round()).writes, 3);
    assert.deepEqual(
      readdirSync(directory).sort(),
      records()
        .map(({ uuid }) => `${uuid}.xml`)
        .sort(),
    );
    assert.equal(recordOfXml(readFileSync(path.join(directory, `${DATASET_UUID}.xml`), 'utf8')).title, DATASET_TITLE);
    assert.equal((await round()).writes, 0);
    assert.equal((await round(records({ [SITE_UUID]: { title: 'x' } }))).writes, 1);
    writeFileSync(path.join(directory, `${SITE_UUID}.xml`), '<torn');
    assert.equal((await round(records({ [SITE_UUID]: { title: 'x' } }))).writes, 1, 'a damaged file is put right');
  });

  test('a withdrawn record is moved aside, comes back, and is deleted only when told', async (t) => {
    const { directory, round } = await setUp(t);
    mkdirSync(directory);
    await round();
    const file = path.join(directory, `${DATASET_UUID}.xml`);
    const aside = path.join(directory, 'withdrawn', `${DATASET_UUID}.xml`);
    const withdrawn = records({ [DATASET_UUID]: { withdrawn: true } });
    await round(withdrawn);
    assert.deepEqual([existsSync(file), existsSync(aside)], [false, true]);
    await round();
    assert.deepEqual([existsSync(file), existsSync(aside)], [true, false]);
    await round(withdrawn, { deleteWithdrawn: true });
    assert.deepEqual([existsSync(file), existsSync(aside)], [false, false]);
  });

  test('one that is not there is not made: it may be a mount', async (t) => {
    const { directory, round } = await setUp(t);
    const { fault } = await round();
    assert.equal(fault?.state, 'unreachable');
    assert.match(fault.message, /catalogue\.directory: expected a directory that we may write, found 'ENOENT/);
    assert.ok(!existsSync(directory));
  });
});
