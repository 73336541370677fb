import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Child, startChild } from '../../../test/support/child.ts';
import { temporaryDirectory, waitFor } from '../../../test/support/waiting.ts';

const SITE = join(import.meta.dirname, 'fixtures', 'site.yaml');
const MAIN = join(import.meta.dirname, 'fixtures', 'sample-service.ts');

interface Started {
  child: Child;
  runFile: string;
  log: () => Record<string, unknown>[];
}

async function start(t: TestContext, env: Record<string, string>): Promise<Started> {
  const dir = temporaryDirectory('service');
  const child = await startChild({
    command: process.execPath,
    args: [MAIN],
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      EMSO_OBSERVATORY: SITE,
      EMSO_NATS_URL: 'nats://127.0.0.1:4222',
      EMSO_RUN_DIR: dir,
      ...env,
    },
  });
  t.after(() => child.kill());
  return {
    child,
    runFile: join(dir, `sample-${child.pid}.json`),
    log: () => child.stdout.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

async function urlOf({ child, runFile }: Started): Promise<string> {
  const text = await waitFor(() => (existsSync(runFile) ? readFileSync(runFile, 'utf8') : undefined), {
    what: `${runFile} to be written`,
  });
  const found = JSON.parse(text) as { pid: number; url: string };
  assert.equal(found.pid, child.pid);
  return found.url;
}

test('a service shows itself, says when it is ready, counts its warnings, and ends cleanly on SIGTERM', async (t) => {
  const service = await start(t, { TEST_MODE: 'well', EMSO_COMMIT: 'abc123' });
  const url = await urlOf(service);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await waitFor(async () => (await fetch(`${url}/readyz`)).status === 200, { what: 'ready' });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  for (const line of [
    'emso_build_info{service="sample",version="0.1.0",commit="abc123"} 1',
    'emso_sensor_info{sensor="microcat",platform="mii",model="sbe37-microcat",serial="2222"} 1',
    'emso_sensor_expected_interval_seconds{sensor="microcat"} 120',
    'emso_log_events_total{level="warn",reason="sample"} 1',
  ]) {
    assert.ok(metrics.includes(line), `${line}\n${metrics}`);
  }
  assert.match(metrics, /^process_resident_memory_bytes /m);
  const exit = await service.child.stop();
  assert.deepEqual(exit, { code: 0, signal: null });
  assert.equal(existsSync(service.runFile), false);
  const lines = service.log();
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ['info', 'listening'],
      ['warn', 'a warning'],
      ['info', 'started'],
      ['info', 'stopping'],
      ['info', 'drained'],
      ['info', 'stopped'],
    ],
  );
  assert.equal(lines[0].service, 'sample');
  assert.match(String(lines[0].time), /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.deepEqual(service.child.stderr, []);
});

test('not ready while starting, and SIGTERM then ends it too', async (t) => {
  const service = await start(t, { TEST_MODE: 'slow-start' });
  const url = await urlOf(service);
  const answer = await fetch(`${url}/readyz`);
  assert.deepEqual([answer.status, await answer.json()], [503, { status: 'not ready', reason: 'starting' }]);
  assert.deepEqual(await service.child.stop(), { code: 0, signal: null });
});

test('a stop that hangs ends with an error within 10 s', async (t) => {
  const service = await start(t, { TEST_MODE: 'stuck' });
  await urlOf(service);
  await waitFor(() => service.log().some(({ msg }) => msg === 'started'), { what: 'started' });
  const from = performance.now();
  assert.deepEqual(await service.child.stop(), { code: 1, signal: null });
  assert.ok(performance.now() - from < 10_000);
  assert.equal(service.log().at(-1)?.reason, 'drain-timeout');
});

const FATAL = [
  { mode: 'bad-start', message: /expected a socket, found none/ },
  { mode: 'rejection', message: /nobody waits for me/ },
  { mode: 'fail', message: /closed for good/ },
];
for (const { mode, message } of FATAL) {
  test(`${mode}: one fatal line that says why, exit 1`, async (t) => {
    const service = await start(t, { TEST_MODE: mode });
    assert.deepEqual(await service.child.exited, { code: 1, signal: null });
    const fatal = service.log().filter(({ level }) => level === 'fatal');
    assert.equal(fatal.length, 1);
    assert.match(String(fatal[0].msg), message);
  });
}

test('configuration faults of environment and site file are all printed as text, exit 2', async (t) => {
  const site = join(import.meta.dirname, 'fixtures', 'bad-site.yaml');
  const service = await start(t, {
    EMSO_OBSERVATORY: site,
    EMSO_NATS_URL: 'http://u:secret@x',
    EMSO_HTTP_PORT: '70000',
  });
  assert.deepEqual(await service.child.exited, { code: 2, signal: null });
  const text = service.child.stderr.join('\n');
  for (const part of [
    /^configuration: \d+ faults$/m,
    /EMSO_NATS_URL: expected the address of nats-server.*found 'http:\/\/…@x'/,
    /TEST_MODE: expected a way to behave, found nothing/,
    /EMSO_HTTP_PORT: expected a port .*found '70000'/,
    /bad-site\.yaml:2 observatory\.id:/,
    /bad-site\.yaml:\d+ platforms:/,
  ]) {
    assert.match(text, part);
  }
  assert.equal(new Set(service.child.stderr).size, service.child.stderr.length, 'no fault twice');
  assert.deepEqual(service.child.stdout, []);
  assert.equal(text.includes('secret'), false);
});
