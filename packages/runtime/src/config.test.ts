import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { ConfigFaults, ENV, loadConfig } from './config.ts';

const SITE = join(import.meta.dirname, 'fixtures', 'site.yaml');
const schema = z.object({
  EMSO_NATS_URL: ENV.EMSO_NATS_URL,
  EMSO_REDIS_URL: ENV.EMSO_REDIS_URL,
  EMSO_DATA_DIR: ENV.EMSO_DATA_DIR,
});
const good = { EMSO_OBSERVATORY: SITE, EMSO_NATS_URL: 'nats://127.0.0.1:4222', EMSO_DATA_DIR: 'data' };

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(env, schema);
  } catch (error) {
    assert.ok(error instanceof ConfigFaults);
    return error.faults;
  }
  return [];
}

test('gives the typed variables and the site', () => {
  const config = loadConfig({ ...good, EMSO_REDIS_URL: '', OTHER: 'x' }, schema);
  assert.deepEqual(config.env, { EMSO_NATS_URL: 'nats://127.0.0.1:4222', EMSO_DATA_DIR: 'data' });
  assert.equal(config.observatory.platforms[0].sensors[0].id, 'microcat');
  assert.equal(config.observatoryFile, SITE);
  assert.match(config.observatoryDigest, /^[0-9a-f]{12}$/);
});

const TABLE: [name: string, env: Record<string, string>, faults: RegExp[]][] = [
  [
    'nothing',
    { EMSO_OBSERVATORY: '', EMSO_NATS_URL: '', EMSO_DATA_DIR: '' },
    [/^EMSO_OBSERVATORY: .*found nothing/, /^EMSO_NATS_URL/, /^EMSO_DATA_DIR/],
  ],
  [
    'no such file',
    { EMSO_OBSERVATORY: join(SITE, 'x') },
    [/^EMSO_OBSERVATORY: expected a readable file, found .*ENOTDIR/],
  ],
  [
    'both kinds',
    { EMSO_NATS_URL: 'localhost', EMSO_OBSERVATORY: join(SITE, '..', 'bad-site.yaml') },
    [/^EMSO_NATS_URL: .*found 'localhost'/, /bad-site\.yaml:2 observatory\.id/],
  ],
  ['optional but wrong', { EMSO_REDIS_URL: 'nats://x' }, [/^EMSO_REDIS_URL: .*found 'nats:\/\/x'/]],
];
for (const [name, env, expected] of TABLE) {
  test(`faults are listed: ${name}`, () => {
    const faults = faultsOf({ ...good, ...env });
    for (const part of expected)
      assert.ok(
        faults.some((fault) => part.test(fault)),
        `${part} in\n${faults.join('\n')}`,
      );
  });
}
