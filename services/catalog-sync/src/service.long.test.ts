/** The service as a process, with a broker and a far end: what it tells of itself, and that it follows the data. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { productSubject } from '@emso/core';
import { connect } from '@nats-io/transport-node';
import { parseDocument } from 'yaml';
import { catalogueDataRoot, FIRST_DAY, writeManifest } from '../../../test/support/catalogue-data-root.ts';
import { ACCOUNT, type FakeGeoNetwork, startGeoNetwork } from '../../../test/support/geonetwork/fake-geonetwork.ts';
import type { ProfileName } from '../../../test/support/geonetwork/profiles.ts';
import { DATASET_UUID, MODULE_UUID, records, SITE_UUID } from '../../../test/support/geonetwork/records.ts';
import type { Account } from '../../../test/support/geonetwork/store.ts';
import {
  type NatsServer,
  type Service,
  spawnService,
  startNats,
  temporaryDirectory,
  waitFor as waitForAtMost,
} from '../../../test/support/servers.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const SITE = path.join(ROOT, 'deploy/observatory/emso-ligure-ouest.yaml');

/** Starting a process takes seconds where many do so at once. */
const waitFor: typeof waitForAtMost = (condition, options) =>
  waitForAtMost(condition, { timeoutMs: 40_000, ...options });

let nats: NatsServer;
before(async () => {
  nats = await startNats();
});
after(() => nats.stop());

interface Stage {
  readonly fake: FakeGeoNetwork;
  readonly stateDir: string;
  render(list?: ReturnType<typeof records>): void;
  start(env?: Readonly<Record<string, string>>): Promise<Service>;
  emso(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** A fake GeoNetwork, rendered records, and the account in files. */
async function setUp(
  t: TestContext,
  profile: ProfileName,
  account: Partial<Account> = {},
  catalogue: Readonly<Record<string, unknown>> = {},
): Promise<Stage> {
  const fake = await startGeoNetwork(profile, account);
  const dir = temporaryDirectory('catalog-sync');
  const place = (name: string): string => path.join(dir, name);
  const document = parseDocument(readFileSync(SITE, 'utf8'));
  document.set('catalogue', { driver: 'geonetwork', url: fake.url, group: 3, ...catalogue });
  writeFileSync(place('site.yaml'), document.toString());
  writeFileSync(place('user'), `${ACCOUNT.user}\n`);
  writeFileSync(place('password'), `${ACCOUNT.password}\n`);
  mkdirSync(place('rendered'));
  const render = (list = records()): void => {
    for (const { uuid, xml } of list) writeFileSync(path.join(place('rendered'), `${uuid}.xml`), xml);
  };
  render();
  const env = {
    EMSO_OBSERVATORY: place('site.yaml'),
    EMSO_NATS_URL: nats.url,
    EMSO_CATALOGUE_DIR: place('state'),
    EMSO_CATALOGUE_RECORDS_DIR: place('rendered'),
    EMSO_CATALOGUE_DEBOUNCE_MS: '50',
    EMSO_CATALOGUE_RETRY_MS: '50',
    EMSO_GEONETWORK_USER_FILE: place('user'),
    EMSO_GEONETWORK_PASSWORD_FILE: place('password'),
  };
  const services: Service[] = [];
  t.after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await fake.stop();
  });
  return {
    fake,
    stateDir: place('state'),
    render,
    async start(more = {}) {
      const service = await spawnService('catalog-sync', { env: { ...env, ...more } });
      services.push(service);
      return service;
    },
    emso(...args) {
      const main = path.join(ROOT, 'services/cli/src/main.ts');
      const childEnv: NodeJS.ProcessEnv = { ...process.env, ...env };
      delete childEnv['NODE_TEST_CONTEXT'];
      const child = spawn(
        process.execPath,
        [main, 'catalog', ...args, ...(args[0] === 'status' ? [] : ['--observatory', place('site.yaml')])],
        {
          env: childEnv,
        },
      );
      const said = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].setEncoding('utf8');
        child[stream].on('data', (text: string) => {
          said[stream] += text;
        });
      }
      return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
    },
  };
}

async function metric(service: Service, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name}${labels} `));
  return Number(line?.split(' ').at(-1));
}

const recordsIn = (service: Service, state: string): Promise<number> =>
  metric(service, 'emso_catalogue_records', `{state="${state}"}`);

async function readiness(service: Service): Promise<string> {
  const answer = (await (await fetch(`${service.url}/readyz`)).json()) as { status: string; reason?: string };
  return answer.reason ?? answer.status;
}

/** A writer that seals a day. */
async function announce(): Promise<void> {
  const nc = await connect({ servers: nats.url });
  nc.publish(productSubject('mii', 'microcat', 'csv'), '{}');
  await nc.drain();
}

test('records are rendered from the data root: a day more changes what speaks of it, and nothing else', async (t) => {
  const { fake, start, stateDir } = await setUp(t, '4.4');
  const dataDir = catalogueDataRoot();
  const env = { EMSO_CATALOGUE_RECORDS_DIR: '', EMSO_DATA_DIR: dataDir };
  const service = await start(env);
  const created = (): number => fake.store.writes.filter(({ kind }) => kind === 'created').length;
  await waitFor(async () => created() > 0 && (await recordsIn(service, 'ok')) === created(), { what: 'the records' });
  assert.equal(created(), 8, 'the observatory, two platforms, five data sets');
  const before = fake.store.writes.length;
  writeManifest(dataDir, FIRST_DAY + 2, 'sealed');
  await announce();
  await waitFor(() => fake.store.writes.length > before, { what: 'the day to reach the catalogue' });
  await waitFor(() => existsSync(path.join(stateDir, 'stamps.json')), { what: 'the dates to be kept' });
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  const titles = fake.store.writes
    .slice(before)
    .map(({ kind, uuid }) => `${kind} ${fake.store.records.get(uuid)?.xml.includes('MicroCAT')}`);
  assert.ok(
    titles.every((each) => each === 'updated true'),
    titles.join(),
  );
  const after = fake.store.writes.length;
  const again = await start(env);
  await waitFor(async () => (await recordsIn(again, 'ok')) === 8, { what: 'all of them again' });
  assert.equal(fake.store.writes.length, after, 'a second run writes nothing');
});

test('it brings the records there, follows an announcement with one write, and stops at once', async (t) => {
  const { fake, render, start, emso, stateDir } = await setUp(t, '4.2.7');
  const service = await start();
  await waitFor(async () => (await recordsIn(service, 'ok')) === 3, { what: 'three records' });
  assert.equal(await readiness(service), 'ready');
  assert.equal(fake.store.writes.length, 6);
  assert.equal(await metric(service, 'emso_catalogue_pushes_total', '{outcome="created"}'), 3);
  assert.equal(await metric(service, 'emso_catalogue_far_end', '{state="ok"}'), 1);
  assert.ok((await metric(service, 'emso_catalogue_last_success_timestamp_seconds')) > 1.7e9);
  render(records({ [MODULE_UUID]: { title: 'Module à jour' } }));
  await announce();
  await waitFor(async () => (await metric(service, 'emso_catalogue_pushes_total', '{outcome="updated"}')) === 1, {
    what: 'the change to be pushed',
  });
  assert.deepEqual(fake.store.writes.slice(6), [{ kind: 'updated', uuid: MODULE_UUID }]);
  const { code, stdout } = await emso('status', '--state', stateDir);
  assert.equal(code, 0);
  assert.match(stdout, /^GeoNetwork 4\.2\.7 at http:\S+: ok/);
  assert.match(stdout, /Module à jour +series +public +ok/);
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  const again = await start();
  await waitFor(async () => (await recordsIn(again, 'ok')) === 3, { what: 'three records again' });
  await announce();
  await waitFor(() => metric(again, 'emso_messages_processed_total', '{stage="catalogue",outcome="acked"}'), {
    what: 'the announcement to be heard',
  });
  assert.equal(fake.store.writes.length, 7, 'a second run writes nothing');
});

test('killed again and again in the middle, it ends with each record once', { timeout: 110_000 }, async (t) => {
  const { fake, start } = await setUp(t, '4.4');
  let puts = 0;
  for (const limit of [1, 2, 3]) {
    puts = 0;
    let reached = false;
    fake.store.behaviour.after = ({ method }) => {
      if (method === 'PUT' && ++puts === limit) reached = true;
      return reached && method === 'PUT' ? 'lose' : undefined;
    };
    const victim = await start();
    await waitFor(() => reached || victim.log().some(({ msg }) => msg === 'started'), { what: 'a write under way' });
    await victim.kill();
  }
  fake.store.behaviour.after = () => undefined;
  const service = await start();
  await waitFor(async () => (await recordsIn(service, 'ok')) === 3, { what: 'three records' });
  const created = fake.store.writes.filter(({ kind }) => kind === 'created').map(({ uuid }) => uuid);
  assert.deepEqual(created, [SITE_UUID, MODULE_UUID, DATASET_UUID]);
  assert.equal(fake.store.writes.filter(({ kind }) => kind === 'updated').length, 0);
});

describe('each trouble is a state of its own in metrics, log and status', () => {
  interface Case {
    readonly state: string;
    readonly account?: Partial<Account>;
    readonly catalogue?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly prepare?: (fake: FakeGeoNetwork) => void;
    /** State of the three records. */
    readonly records: string;
    readonly code: number;
    readonly words: RegExp;
  }
  const cases: Case[] = [
    {
      state: 'wrong-password',
      account: { password: 'another' },
      records: 'wrong-password',
      code: 1,
      words: /check what EMSO_GEONETWORK_USER_FILE|check EMSO_GEONETWORK_USER_FILE/,
    },
    { state: 'wrong-group', catalogue: { group: 2 }, records: 'wrong-group', code: 1, words: /Editor of: 3 \(EMSO\)/ },
    {
      state: 'workflow-on',
      prepare: ({ store }) => {
        store.behaviour.workflow = true;
      },
      records: 'awaiting-review',
      code: 1,
      words: /metadata\/workflow\/enable/,
    },
    {
      state: 'no-review-right',
      account: { profile: 'Editor', groupsWithReviewer: [] },
      records: 'awaiting-review',
      code: 0,
      words: /makes the account Reviewer/,
    },
    {
      state: 'token-refused',
      prepare: ({ store }) => {
        store.behaviour.csrf = 'blind';
      },
      records: 'token-refused',
      code: 1,
      words: /X-XSRF-TOKEN/,
    },
    {
      state: 'unsupported-version',
      prepare: ({ store }) => {
        store.behaviour.version = '5.0.0';
      },
      records: 'unsupported-version',
      code: 1,
      words: /GeoNetwork 5 has no interface/,
    },
    {
      state: 'not-geonetwork',
      prepare: ({ store }) => {
        store.behaviour.before = () => ({ status: 200, type: 'text/html', body: '<title>Maintenance</title>' });
      },
      records: 'not-geonetwork',
      code: 1,
      words: /Maintenance/,
    },
    {
      state: 'unreachable',
      prepare: ({ store }) => {
        store.behaviour.before = () => ({ status: 503, type: 'text/html', body: '<title>503 Service</title>' });
      },
      records: 'unreachable',
      code: 1,
      words: /503 Service/,
    },
  ];
  for (const { state, account, catalogue, prepare, records: expected, code, words } of cases) {
    test(state, async (t) => {
      const { fake, start, emso, stateDir } = await setUp(t, '4.2.7', account, catalogue);
      prepare?.(fake);
      const service = await start();
      await waitFor(() => metric(service, 'emso_catalogue_far_end', `{state="${state}"}`), { what: state });
      assert.equal(await metric(service, 'emso_catalogue_far_end', '{state="ok"}'), 0);
      assert.equal(await recordsIn(service, expected), 3);
      const lines = await waitFor(
        () => {
          const found = service.log().filter(({ reason }) => reason === state);
          return found.length > 0 ? found : undefined;
        },
        { what: 'the log to say it' },
      );
      assert.equal(lines.length, 1, 'said once');
      assert.match(String(lines[0]['msg']), words);
      const status = await emso('status', '--state', stateDir);
      assert.match(status.stdout, new RegExp(`: ${state} \\(asked`));
      assert.match(status.stdout, words);
      assert.equal(status.code, code);
      const ready = await readiness(service);
      if (state === 'no-review-right') assert.equal(ready, 'ready');
      else assert.match(ready, new RegExp(`^${state}: `));
      const all = JSON.stringify(service.log()) + status.stdout + status.stderr + ready;
      for (const secret of [
        ACCOUNT.user,
        'pässw',
        Buffer.from(`${ACCOUNT.user}:${ACCOUNT.password}`).toString('base64'),
      ]) {
        assert.ok(!all.includes(secret), `expected no account in what is said, found ${secret}`);
      }
    });
  }
});

test('a refused record is said once, in the words of the server, and is sent again after a restart', async (t) => {
  const { fake, start, emso, stateDir } = await setUp(t, '4.4');
  fake.store.behaviour.invalid = (uuid) =>
    uuid === MODULE_UUID ? "The content of 'gmd:contact' is not complete" : undefined;
  const service = await start();
  await waitFor(async () => (await recordsIn(service, 'waiting')) === 1, { what: 'the child to wait' });
  assert.equal(await recordsIn(service, 'refused'), 1);
  assert.match(await readiness(service), /refused: .*The content of 'gmd:contact' is not complete/);
  const [line] = service.log().filter(({ reason }) => reason === 'refused');
  assert.equal(line['code'], 'unsatisfied_request_parameter');
  const status = await emso('status', '--state', stateDir);
  assert.equal(status.code, 1);
  assert.match(status.stdout, /waits for its parent 'Module d'interface instrumenté \(MII\)', which is refused/);
  fake.store.behaviour.invalid = () => undefined;
  await service.stop();
  const again = await start();
  await waitFor(async () => (await recordsIn(again, 'ok')) === 3, { what: 'three records' });
});

test('push and diff do by hand what the service does', { timeout: 110_000 }, async (t) => {
  const { fake, render, emso, stateDir } = await setUp(t, '4.2.1');
  const dry = await emso('push', '--dry-run', '--state', stateDir);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /GeoNetwork 4\.2\.1: nothing was changed[\s\S]*EMSO Ligure Ouest +create +publish/);
  assert.deepEqual(fake.store.writes, []);
  assert.throws(() => readFileSync(stateDir), /ENOENT/, 'a dry run leaves nothing behind');
  const pushed = await emso('push');
  assert.equal(pushed.code, 0, pushed.stderr);
  assert.match(pushed.stdout, /EMSO Ligure Ouest +ok +created/);
  const count = fake.store.writes.length;
  const second = await emso('push');
  assert.equal(second.code, 0);
  assert.equal(fake.store.writes.length, count);
  assert.equal((await emso('diff')).code, 0);
  render(records({ [SITE_UUID]: { title: 'EMSO Ligure Ouest & al.' } }));
  const different = await emso('diff');
  assert.equal(different.code, 1);
  assert.match(different.stdout, /^update: EMSO Ligure Ouest & al\./);
  assert.match(different.stdout, /- \S+title\/gco:CharacterString = "EMSO Ligure Ouest"\n/);
  assert.match(different.stdout, /\+ \S+title\/gco:CharacterString = "EMSO Ligure Ouest & al\."\n/);
  assert.match(different.stderr, /1 of 3 records differ/);
  await fake.stop();
  const away = await emso('push');
  assert.equal(away.code, 3);
  assert.match(away.stderr, /emso: unreachable: GET http/);
});

test('nothing to do is no fault: no catalogue, or a group that nobody has asked for', async (t) => {
  const { fake, start, emso } = await setUp(t, '4.4', {}, { group: 'unknown' });
  const service = await start();
  await waitFor(async () => (await readiness(service)) === 'ready', { what: 'the service' });
  assert.match(JSON.stringify(service.log()), /catalogue\.group is unknown: no record is sent/);
  assert.equal(fake.store.seen.length, 0);
  const push = await emso('push');
  assert.equal(push.code, 2);
  assert.match(push.stderr, /catalogue\.group is unknown/);
  const idle = await start({ EMSO_OBSERVATORY: SITE });
  await waitFor(async () => (await readiness(idle)) === 'ready', { what: 'the service' });
});

test('what it lacks is said before it does anything', async (t) => {
  const { start, emso, stateDir } = await setUp(t, '4.4');
  const halves = await start({ EMSO_GEONETWORK_PASSWORD_FILE: '' });
  assert.deepEqual(await halves.exited, { code: 2, signal: null });
  assert.match(halves.stderr.join('\n'), /EMSO_GEONETWORK_PASSWORD: expected it, or EMSO_GEONETWORK_PASSWORD_FILE/);
  const nowhere = await start({ EMSO_CATALOGUE_RECORDS_DIR: '/nowhere' });
  await waitFor(async () => /expected the directory of rendered records/.test(await readiness(nowhere)), {
    what: 'the missing directory to be said',
  });
  const held = await emso('push', '--state', stateDir);
  assert.equal(held.code, 1);
  assert.match(held.stderr, /where catalog-sync runs it pushes by itself/);
  rmSync(stateDir, { recursive: true, force: true });
});
