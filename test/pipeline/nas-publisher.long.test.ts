/** The publisher as a process: real directories, small real file systems, real kills. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { SITE } from '../support/chain.ts';
import { type Service, spawnService, temporaryDirectory, waitFor } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';
import { metricOf, openStage } from './stage.ts';

const ID = 'emso-ligure-ouest';
const STEM = 'Emso_Microcat/2026-03/MICROCAT_';
const DATASET = 'Emso_Ligure_Ouest_MII_Microcat';

interface Place {
  readonly dir: string;
  readonly data: string;
  readonly nas: string;
  /** Starts a publisher on this disk. */
  start(env?: Readonly<Record<string, string>>): Promise<Service>;
  source(name: string, content: string | Uint8Array): void;
}

function place(t: TestContext): Place {
  const dir = temporaryDirectory('publisher');
  const [data, nas] = ['data', 'nas'].map((name) => path.join(dir, name));
  for (const each of [data, nas]) mkdirSync(each);
  const services: Service[] = [];
  t.after(() => Promise.all(services.map((service) => service.stop())));
  return {
    dir,
    data,
    nas,
    async start(env = {}) {
      const service = await spawnService('publisher', {
        env: {
          EMSO_OBSERVATORY: SITE,
          EMSO_DATA_DIR: data,
          EMSO_NAS_DIR: nas,
          EMSO_PUBLISHER_DIR: path.join(dir, 'state'),
          EMSO_PUBLISH_INTERVAL_MS: '100',
          EMSO_STALL_LIMIT_MS: '300',
          EMSO_LOG_LEVEL: 'warn',
          ...env,
        },
      });
      services.push(service);
      return service;
    },
    source(name, content) {
      const at = path.join(data, name);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, content);
    },
  };
}

const prove = (nas: string): void => writeFileSync(path.join(nas, '.emso-nas'), `${ID}\n`);

/** Names on the NAS but those of its own keeping. */
const copies = (nas: string): string[] =>
  filesBelow(nas).filter((name) => name !== '.emso-nas' && name !== '.emso-published');

async function readiness(service: Service): Promise<string> {
  const answer = (await (await fetch(`${service.url}/readyz`)).json()) as { status: string; reason?: string };
  return answer.reason ?? answer.status;
}

const untilReady = (service: Service): Promise<unknown> =>
  waitFor(async () => (await readiness(service)) === 'ready', { what: 'the publisher to be ready' });

/** Resolves when every file of the data root is on the NAS with its content. */
async function untilEqual({ data, nas }: Pick<Place, 'data' | 'nas'>, timeoutMs = 10_000): Promise<void> {
  await waitFor(
    () => {
      const wanted = filesBelow(data).filter((name) => !path.basename(name).startsWith('.'));
      assert.deepEqual(copies(nas), wanted);
      return wanted.every((name) => readFileSync(path.join(data, name)).equals(readFileSync(path.join(nas, name))));
    },
    { what: 'equal trees', timeoutMs },
  );
}

const errorsOf = (service: Service): unknown[] =>
  service
    .log()
    .filter((line) => line['level'] === 'error')
    .map((line) => line['reason']);

test('PROMISE 24: no sentinel, nothing written; then it appears, and ERDDAP is told after the copies', async (t) => {
  const at = place(t);
  const flags = path.join(at.dir, 'flag');
  mkdirSync(flags);
  at.source(`csv/${STEM}20260301.csv`, 'time\n1\n');
  at.source(`netcdf/${STEM}20260301.nc`, 'CDF');
  const service = await at.start({ EMSO_ERDDAP_FLAG_DIR: flags });
  await waitFor(() => metricOf(service, 'emso_publish_failures_total', { reason: 'no-sentinel' }), {
    what: 'a refusal',
  });
  assert.match(
    await readiness(service),
    /\.emso-nas: expected a file .* create the file once: echo emso-ligure-ouest >/,
  );
  assert.deepEqual(readdirSync(at.nas), []);
  prove(at.nas);
  await untilEqual(at);
  await waitFor(() => readdirSync(flags).length === 3, { what: 'the flags' });
  assert.deepEqual(readdirSync(flags).sort(), [`${DATASET}_CF`, `${DATASET}_CSV`, `${DATASET}_NetCDF`]);
  await untilReady(service);
  assert.deepEqual(errorsOf(service), ['no-sentinel']);
  rmSync(path.join(at.nas, '.emso-nas'));
  await waitFor(async () => /expected a file/.test(await readiness(service)), { what: 'the loss to be seen' });
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
});

test('PROMISE 24: killed in the middle of a copy: nothing torn under a name, the temporary file goes at the next start', {
  timeout: 60_000,
}, async (t) => {
  const at = place(t);
  prove(at.nas);
  const name = `netcdf/${STEM}20260301.nc`;
  const before = Buffer.alloc(24 << 20, 'old ');
  at.source(name, before);
  const service = await at.start();
  await untilEqual(at);
  await service.stop();
  at.source(name, Buffer.alloc(24 << 20, 'new '));
  const temporaries = (): string[] => copies(at.nas).filter((each) => each.endsWith('.emso-tmp'));
  for (let kill = 0; kill < 3; kill++) {
    const victim = await at.start();
    await waitFor(() => temporaries().length > 0, { what: 'a copy under way' });
    await victim.kill();
    assert.equal(temporaries().length, 1, 'killed in the middle, and the one before was removed');
    assert.ok(readFileSync(path.join(at.nas, name)).equals(before), 'the old copy, whole');
  }
  await at.start();
  await untilEqual(at);
});

test('PROMISE 24: a copy of a growing file is whole rows; killed again and again, it ends equal', {
  timeout: 60_000,
}, async (t) => {
  const at = place(t);
  prove(at.nas);
  const raw = `raw/${STEM}20260301.raw`;
  let rows = 0;
  const row = (): string => `${String(rows++).padStart(99, '0')}\n`;
  at.source(raw, row());
  const copy = path.join(at.nas, raw);
  const growing = setInterval(() => appendFileSync(path.join(at.data, raw), row().repeat(20)), 5);
  t.after(() => clearInterval(growing));
  for (let kill = 0; kill < 4; kill++) {
    const service = await at.start();
    const size = existsSync(copy) ? readFileSync(copy).length : 0;
    await waitFor(
      () => {
        const text = existsSync(copy) ? readFileSync(copy, 'latin1') : '';
        if (text !== '') assert.ok(text.length % 100 === 0 && text.endsWith('\n'), 'whole rows');
        assert.ok(readFileSync(path.join(at.data, raw), 'latin1').startsWith(text), 'a beginning of the source');
        return text.length > size;
      },
      { what: 'the copy to grow' },
    );
    await service.kill();
  }
  clearInterval(growing);
  const service = await at.start();
  await untilEqual(at);
  await untilReady(service);
  assert.deepEqual(errorsOf(service), []);
});

test('PROMISE 24: a byte flipped on the NAS is found on demand, repaired and counted', async (t) => {
  const at = place(t);
  prove(at.nas);
  const name = `csv/${STEM}20260301.csv`;
  at.source(name, 'time\n1\n');
  const service = await at.start();
  await untilEqual(at);
  writeFileSync(path.join(at.nas, name), 'time\n2\n');
  assert.deepEqual(await (await fetch(`${service.url}/verify`, { method: 'POST' })).json(), { files: 1 });
  await untilEqual(at);
  await waitFor(() => metricOf(service, 'emso_publish_files_total', { outcome: 'repaired' }), { what: 'the count' });
  assert.equal(await metricOf(service, 'emso_publish_verified_files_total', { outcome: 'damaged' }), 1);
});

test('PROMISE 24: one publisher at a time, and never onto its own source', async (t) => {
  const at = place(t);
  await at.start();
  const second = await at.start();
  assert.deepEqual(await second.exited, { code: 1, signal: null });
  assert.match(String(second.log().at(-1)?.['msg']), /expected no other writer, found it locked by process \d+/);
  const nested = await at.start({
    EMSO_NAS_DIR: path.join(at.data, 'nas'),
    EMSO_PUBLISHER_DIR: path.join(at.dir, 'other'),
  });
  assert.deepEqual(await nested.exited, { code: 2, signal: null });
  assert.match(nested.stderr.join('\n'), /EMSO_NAS_DIR: expected a directory outside of EMSO_DATA_DIR/);
});

const IS_ROOT = process.getuid?.() === 0;

/** Mounts a small file system over the NAS directory; false, with a message, where that is not allowed. */
function mount(t: TestContext, nas: string, ...args: string[]): boolean {
  const mounted = IS_ROOT ? spawnSync('mount', [...args, nas], { encoding: 'utf8' }) : undefined;
  if (mounted?.status !== 0) {
    t.skip(`cannot mount a small file system here: ${mounted?.stderr.trim() ?? 'not root'}`);
    return false;
  }
  t.after(() => void spawnSync('umount', ['-l', nas]));
  return true;
}

test('PROMISE 24: the NAS is full, then read-only, then gone, then well: said, counted, and made up for', {
  timeout: 60_000,
}, async (t) => {
  const at = place(t);
  if (!mount(t, at.nas, '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs')) return;
  prove(at.nas);
  const remount = (options: string): void => {
    assert.equal(spawnSync('mount', ['-o', `remount,${options}`, at.nas]).status, 0);
  };
  at.source(`csv/${STEM}20260301.csv`, 'time\n1\n');
  const service = await at.start();
  await untilEqual(at);
  const failures = (reason: string): Promise<number> => metricOf(service, 'emso_publish_failures_total', { reason });
  const fails = async (reason: string, found: RegExp): Promise<void> => {
    await waitFor(() => failures(reason), { what: `a failure ${reason}` });
    await waitFor(async () => found.test(await readiness(service)), { what: `readiness to say ${found}` });
  };
  for (const day of ['02', '03', '04', '05']) at.source(`netcdf/${STEM}202603${day}.nc`, Buffer.alloc(600_000, day));
  await fails('full', /no space left/);
  // Another attempt may be under way at this moment; between two of them nothing half may stand there.
  await waitFor(() => copies(at.nas).every((name) => !name.endsWith('.emso-tmp')), {
    what: 'nothing half to be left on a full disk',
  });
  remount('size=8m');
  await untilEqual(at, 20_000);
  await untilReady(service);

  remount('ro');
  at.source(`csv/${STEM}20260301.csv`, 'time\n1\n2\n');
  for (const day of ['02', '03']) at.source(`netcdf/${STEM}202603${day}.nc`, `again ${day}`);
  await fails('refused', /read-only file system/);
  remount('rw');
  await untilEqual(at, 20_000);
  await untilReady(service);

  spawnSync('umount', ['-l', at.nas]);
  at.source(`csv/${STEM}20260301.csv`, 'time\n1\n2\n3\n');
  await fails('no-sentinel', /found nothing: nothing is written/);
  assert.deepEqual(readdirSync(at.nas), [], 'nothing on the local disk under the mount point');
  assert.deepEqual(errorsOf(service), ['full', 'refused', 'no-sentinel'], 'each said once');
});

test('PROMISE 24: a NAS that stalls: reported, not ready, still answering, one operation only, and it goes on by itself', {
  timeout: 60_000,
}, async (t) => {
  const at = place(t);
  const image = path.join(at.dir, 'image');
  writeFileSync(image, Buffer.alloc(16 << 20));
  if (IS_ROOT && spawnSync('mkfs.ext4', ['-q', image]).status !== 0) return t.skip('no mkfs.ext4 here');
  if (!mount(t, at.nas, '-o', 'loop', image)) return;
  prove(at.nas);
  at.source(`csv/${STEM}20260301.csv`, 'time\n1\n');
  const service = await at.start();
  await untilEqual(at);
  await untilReady(service);
  // A frozen file system answers a write as an NFS server does that is away: not at all.
  if (spawnSync('fsfreeze', ['-f', at.nas]).status !== 0) return t.skip('file systems cannot be frozen here');
  try {
    at.source(`csv/${STEM}20260301.csv`, 'time\n1\n2\n');
    await waitFor(async () => /no answer for \d+ s to: /.test(await readiness(service)), {
      what: 'the stall to be said',
    });
    const before = await metricOf(service, 'emso_publish_stalled_seconds');
    await waitFor(async () => (await metricOf(service, 'emso_publish_stalled_seconds')) > before + 0.5, {
      what: 'the stall to grow',
    });
    assert.equal(
      await metricOf(service, 'emso_publish_failures_total', { reason: 'stalled' }),
      1,
      'nothing on top of it',
    );
    assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
    assert.deepEqual(errorsOf(service), ['stalled']);
  } finally {
    spawnSync('fsfreeze', ['-u', at.nas]);
  }
  await waitFor(() => readFileSync(path.join(at.nas, `csv/${STEM}20260301.csv`), 'utf8') === 'time\n1\n2\n', {
    what: 'the copy',
  });
  await untilReady(service);
  assert.equal(await metricOf(service, 'emso_publish_stalled_seconds'), 0);
});

test('PROMISE 24: beside a living writer: the NAS ends equal to the data root', { timeout: 60_000 }, async (t) => {
  const stage = await openStage(t, { lines: 120 });
  const nas = temporaryDirectory('nas');
  prove(nas);
  await Promise.all([stage.start('qc'), stage.start('decoder'), stage.start('writer')]);
  const publisher = await stage.start('publisher', {
    EMSO_NAS_DIR: nas,
    EMSO_PUBLISHER_DIR: temporaryDirectory('state'),
    EMSO_PUBLISH_INTERVAL_MS: '50',
  });
  await stage.start('acquirer');
  await waitFor(() => [...stage.simulator.progress().values()].every(({ sent }) => sent >= 120), {
    what: 'all lines sent',
    timeoutMs: 30_000,
  });
  const manifests = filesBelow(nas).filter((name) => name.startsWith('manifest/'));
  assert.ok(manifests.length > 0, 'published while it grew');
  await untilEqual({ data: stage.dataDir, nas }, 20_000);
  await untilReady(publisher);
  assert.deepEqual(errorsOf(publisher), []);
});
