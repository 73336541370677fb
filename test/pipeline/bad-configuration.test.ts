/** A service that is told something wrong says all of it at once, with lines of the site file, and touches nothing. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { SITE } from '../support/chain.ts';
import { startChild } from '../support/child.ts';
import { freePort, temporaryDirectory } from '../support/servers.ts';

const ROLES: Readonly<Record<string, { site: boolean; env: Record<string, string>; expected: RegExp[] }>> = {
  acquirer: { site: false, env: { EMSO_SPOOL_DIR: '' }, expected: [/EMSO_SPOOL_DIR: expected .*found nothing/] },
  decoder: { site: true, env: {}, expected: [] },
  qc: { site: true, env: { EMSO_REDIS_URL: 'http://x' }, expected: [/EMSO_REDIS_URL: expected .*found 'http:\/\/x'/] },
  writer: {
    site: true,
    env: { EMSO_DATA_DIR: '', EMSO_TICK_MS: 'often' },
    expected: [/EMSO_DATA_DIR: expected .*found nothing/, /EMSO_TICK_MS: expected .*found 'often'/],
  },
};

/** The real site file with faults in three places: a position, an id used twice, and settings that a model refuses. */
function faultySite(dir: string, settingsOnly: boolean): { file: string; lineOf: (text: string) => number } {
  const document = parseDocument(readFileSync(SITE, 'utf8'));
  if (settingsOnly)
    document.setIn(['platforms', 0, 'sensors', 0, 'deployments', 1, 'settings', 'fields'], ['TEMPERATURE']);
  else {
    document.setIn(['platforms', 0, 'position', 'latitude'], 428);
    document.setIn(['platforms', 0, 'sensors', 1, 'id'], 'microcat');
  }
  const file = path.join(dir, 'observatory.yaml');
  const text = document.toString();
  writeFileSync(file, text);
  return { file, lineOf: (wanted) => text.split('\n').findIndex((line) => line.includes(wanted)) + 1 };
}

async function run(role: string, env: Record<string, string>) {
  const cwd = temporaryDirectory('bad-configuration');
  const startMs = performance.now();
  const child = await startChild({
    command: process.execPath,
    args: [path.resolve(import.meta.dirname, `../../services/${role}/src/main.ts`)],
    cwd,
    env: { PATH: process.env.PATH, EMSO_RUN_DIR: path.join(cwd, 'run'), ...env },
  });
  const exit = await child.exited;
  return { exit, stderr: child.stderr.join('\n'), cwd, ms: performance.now() - startMs };
}

for (const [role, { site, env, expected }] of Object.entries(ROLES)) {
  test(`${role}: environment and site file, all faults in one message, exit 2, nothing opened`, async () => {
    const dir = temporaryDirectory('bad-site');
    const faults = faultySite(dir, false);
    const dead = { EMSO_NATS_URL: 'nowhere', EMSO_HTTP_PORT: '99999' };
    const dirs = { EMSO_DATA_DIR: path.join(dir, 'data'), EMSO_SPOOL_DIR: path.join(dir, 'spool') };
    const { exit, stderr, cwd, ms } = await run(role, { ...dirs, ...dead, EMSO_OBSERVATORY: faults.file, ...env });
    assert.deepEqual(exit, { code: 2, signal: null }, stderr);
    const all = [
      /EMSO_NATS_URL: expected .*found 'nowhere'/,
      /EMSO_HTTP_PORT: expected .*found '99999'/,
      ...expected,
      new RegExp(`observatory\\.yaml:${faults.lineOf('latitude: 428')} platforms\\S*latitude: expected`),
      /observatory\.yaml:\d+ platforms\S*id: expected a sensor id of its own, found 'microcat'/,
    ];
    for (const fault of all) assert.match(stderr, fault);
    const said = Number(/configuration: (\d+) faults/.exec(stderr)?.[1]);
    assert.ok(said >= all.length, stderr);
    assert.equal(
      stderr.split('\n').filter((line) => line.startsWith('  ')).length,
      said,
      'one line for each, none twice',
    );
    for (const place of [path.join(cwd, 'run'), path.join(dir, 'data'), path.join(dir, 'spool')])
      assert.equal(existsSync(place), false, `${place} was made`);
    assert.ok(ms < 8000, `${ms} ms`);
  });

  test(`${role}: settings of a model${site ? '' : ' are not its concern'}`, async (t) => {
    if (!site) return t.skip('raw is acquired whatever the decoder thinks of it');
    const dir = temporaryDirectory('bad-site');
    const { file } = faultySite(dir, true);
    // Nothing listens there: a service that looked would wait for ever.
    const url = `nats://127.0.0.1:${await freePort()}`;
    const dataDir = path.join(dir, 'data');
    const { exit, stderr } = await run(role, { EMSO_OBSERVATORY: file, EMSO_NATS_URL: url, EMSO_DATA_DIR: dataDir });
    assert.deepEqual(exit, { code: 2, signal: null }, stderr);
    assert.match(stderr, /observatory\.yaml:\d+ platforms\S*settings\S*: sbe37-microcat: /);
    assert.equal(existsSync(dataDir), false);
  });
}
