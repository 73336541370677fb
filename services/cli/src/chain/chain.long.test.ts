/** `up`, `status`, `import` and `seal` as a person uses them: one chain in a directory, commands beside it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { SITE } from '../../../../test/support/chain.ts';
import { startChild } from '../../../../test/support/child.ts';
import { temporaryDirectory, waitFor } from '../../../../test/support/servers.ts';
import { filesBelow } from '../../../../test/support/trees.ts';

const MAIN = path.resolve(import.meta.dirname, '../main.ts');
const dir = temporaryDirectory('up');
const data = path.join(dir, 'data');
const history = temporaryDirectory('history');

async function emso(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = await startChild({ command: process.execPath, args: [MAIN, ...args], cwd: dir, env: process.env });
  const { code } = await child.exited;
  return { code, stdout: child.stdout.join('\n'), stderr: child.stderr.join('\n') };
}

function digestOf(root: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(root).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(root, name)))
        .digest('hex'),
    ]),
  );
}

test('a site file that says where catalogue records go is followed; an account of one half is said and stops nothing', {
  timeout: 110_000,
}, async (t) => {
  const own = temporaryDirectory('up-catalogue');
  const records = path.join(own, 'records');
  const site = parseDocument(readFileSync(SITE, 'utf8'));
  site.set('catalogue', { driver: 'directory', directory: records });
  writeFileSync(path.join(own, 'site.yaml'), site.toString());
  const start = async (env: NodeJS.ProcessEnv) => {
    const args = [MAIN, 'up', '--dir', own, '--observatory', path.join(own, 'site.yaml')];
    const up = await startChild({ command: process.execPath, args, cwd: own, env: { ...process.env, ...env } });
    t.after(() => up.exit() ?? up.stop());
    return up;
  };
  mkdirSync(records);
  const up = await start({});
  await waitFor(() => filesBelow(records).some((file) => file.endsWith('.xml')), {
    what: 'a record',
    timeoutMs: 40_000,
  });
  await waitFor(
    async () => {
      const { services } = JSON.parse((await emso('status', '--dir', own, '--json')).stdout) as {
        services: { name: string; state: string }[];
      };
      return services.find(({ name }) => name === 'catalog-sync')?.state === 'ready';
    },
    { what: 'status to know catalog-sync', timeoutMs: 30_000 },
  );
  assert.equal((await emso('catalog', 'status', '--state', path.join(own, 'catalogue'))).code, 0);
  assert.equal((await up.stop(20_000)).code, 0);
  const half = await start({ EMSO_GEONETWORK_USER: 'somebody' });
  await waitFor(
    () => half.stderr.join('\n').includes('Catalogue: not followed (EMSO_GEONETWORK_PASSWORD: expected it'),
    {
      what: 'the missing half to be said',
      timeoutMs: 30_000,
    },
  );
  assert.equal((await half.stop(20_000)).code, 0);
});

test('without a chain: nothing runs there, exit 3', async () => {
  for (const args of [
    ['status', '--dir', dir],
    ['seal', '--data', data],
    ['import', history, '--data', data],
  ]) {
    writeFileSync(path.join(history, 'MICROCAT_20190801.dat'), '');
    const { code, stderr } = await emso(...args);
    assert.equal(code, 3, `${args[0]}: ${stderr}`);
    assert.match(stderr, /expected .*found none/s);
  }
});

test('a chain in a directory, from start to restart', { timeout: 110_000 }, async (t) => {
  let up = await startChild({
    command: process.execPath,
    args: [MAIN, 'up', '--dir', dir],
    cwd: dir,
    env: process.env,
  });
  t.after(() => up.exit() ?? up.stop());
  const status = async (): Promise<{
    problems: { where: string; what: string }[];
    sensors: { sensor: string; openDays: number; rejected: number }[];
  }> => JSON.parse((await emso('status', '--dir', dir, '--json')).stdout);

  await t.test('status says that all is well', async () => {
    await waitFor(async () => (await status()).problems.length === 0, {
      what: 'status without problems',
      timeoutMs: 40_000,
    });
    const { code, stdout } = await emso('status', '--dir', dir);
    assert.equal(code, 0);
    assert.match(stdout, /^not acquired: microcat, /m);
    assert.match(stdout, /all well$/);
  });

  await t.test('a historical tree is imported once', async () => {
    const rows = (day: string, hours: number[]): string =>
      hours
        .map(
          (hour) =>
            `${day} ${String(hour).padStart(2, '0')}:00:00   13.2974,  3.91051, 2501.987,  38.4794, 01 Aug 2019, 00:00:00\n`,
        )
        .join('');
    mkdirSync(path.join(history, '2019-08'));
    const first = path.join(history, '2019-08', 'MICROCAT_20190801.dat');
    // The row after midnight stands at the end of yesterday's file, as the old script left it.
    writeFileSync(first, rows('20190801', [1, 2, 2, 3]) + rows('20190802', [0]));
    writeFileSync(path.join(history, '2019-08', 'MICROCAT_20190802.dat'), `${rows('20190802', [1])}no stamp\n`);
    writeFileSync(path.join(history, 'OTHER_20190802.dat'), 'x\n');
    const before = digestOf(history);
    const report = await emso('import', history, '--data', data);
    assert.equal(report.code, 0, report.stderr);
    assert.match(report.stdout, /^microcat +\d+ +6 +6 +0 +0 +1$/m);
    assert.match(report.stdout, /no sensor/);
    assert.deepEqual(digestOf(history), before, 'originals untouched');
    const csv = (day: string): string[] =>
      readFileSync(path.join(data, `csv/Emso_Microcat/2019-08/MICROCAT_${day}.csv`), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1);
    // An import only fills the archive; the days that it touched are written by the next look at what is dirty.
    await waitFor(() => csv('20190801').length === 4, { what: 'the rows of the first day' });
    assert.deepEqual(
      csv('20190801').map((row) => row.split(',')[0]),
      ['2019-08-01T01:00:00Z', '2019-08-01T02:00:00Z', '2019-08-01T02:00:00.001Z', '2019-08-01T03:00:00Z'],
    );
    await waitFor(() => csv('20190802').length === 2, { what: 'both rows of the second day' });
    assert.deepEqual(
      csv('20190802').map((row) => row.split(',')[0]),
      ['2019-08-02T00:00:00Z', '2019-08-02T01:00:00Z'],
    );

    const archive = digestOf(path.join(data, 'raw'));
    const again = await emso('import', history, '--data', data);
    assert.match(again.stdout, /^microcat +\d+ +6 +0 +6 +0 +1$/m);
    assert.deepEqual(digestOf(path.join(data, 'raw')), archive, 'a second import changes no byte');
    const microcat = (await status()).sensors.find(({ sensor }) => sensor === 'microcat');
    assert.equal(microcat?.openDays, 2);
  });

  await t.test('nothing is sealed before its grace time', async () => {
    const { code, stderr } = await emso('seal', '--data', data);
    assert.equal(code, 0);
    assert.match(stderr, /^0 days sealed/m);
  });

  await t.test('a restart finds everything as it was', async () => {
    const products = digestOf(path.join(data, 'csv'));
    const exit = await up.stop(20_000);
    assert.equal(exit.code, 0);
    up = await startChild({ command: process.execPath, args: [MAIN, 'up', '--dir', dir], cwd: dir, env: process.env });
    // Data of 2019 should have been validated long ago: that alone needs a look.
    const validation = /^microcat: validation: 2019-08-01 is not released and was due on 2021-08-01, \d+ days ago$/;
    await waitFor(
      async () => {
        const found = (await status()).problems.map(({ where, what }) => `${where}: ${what}`);
        return found.length === 1 && validation.test(found[0]);
      },
      { what: 'status without other problems than the validation of 2019', timeoutMs: 40_000 },
    );
    assert.deepEqual(digestOf(path.join(data, 'csv')), products, 'a restart changes no product');
  });
});
