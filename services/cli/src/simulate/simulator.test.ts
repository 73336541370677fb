import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type SimulatorOptions, startSimulator } from './simulator.ts';
import { listen, MICROCAT, OXYGEN, start, textOf, until } from './test-rig.ts';

test('lines arrive byte for byte as the log has them, recorded ones first', async (context) => {
  const { simulator, log } = await start(context, { sensors: [OXYGEN, { ...MICROCAT, lines: 60 }], lines: 120 });
  const clients = await Promise.all(['oxygen', 'microcat'].map((id) => listen(simulator, id)));
  await simulator.done;
  for (const [i, id, count, recorded] of [[0, 'oxygen', 120, 97] as const, [1, 'microcat', 60, 46] as const]) {
    const entries = log(id);
    assert.deepEqual(
      entries.map((entry) => entry.n),
      Array.from({ length: count }, (_, n) => n + 1),
    );
    assert.ok(entries.every((entry, n) => entry.heard && entry.origin === (n < recorded ? 'recorded' : 'generated')));
    await until(() => clients[i].text.length >= textOf(entries).length, 'the last line');
    assert.equal(clients[i].text, textOf(entries));
    assert.deepEqual(simulator.progress().get(id), { sent: count, unheard: 0 });
  }
});

test('nothing leaves before the first client has been there for 400 ms', async (context) => {
  const { simulator, log } = await start(context, { lines: 3 });
  await delay(50);
  assert.deepEqual(log('oxygen'), []);
  const connectedMs = Date.now();
  await listen(simulator, 'oxygen');
  await simulator.done;
  assert.ok(log('oxygen')[0].atMs - connectedMs >= 395, 'the first line waits');
});

test('a box keeps nothing for an absent client', async (context) => {
  const { simulator, log } = await start(context, { holdUntilClient: false, speed: 100 });
  await until(() => log('oxygen').length >= 5, 'lines nobody hears');
  const client = await listen(simulator, 'oxygen');
  await until(() => client.text.split('\n').length > 5, 'lines');
  client.socket.destroy();
  await until(() => log('oxygen').at(-1)?.heard === false, 'unheard lines again');
  await simulator.stop();
  const entries = log('oxygen');
  const heard = textOf(entries.filter((entry) => entry.heard));
  assert.ok(entries.slice(0, 5).every((entry) => !entry.heard));
  assert.ok(heard.startsWith(client.text), 'only what was sent while it was there');
  assert.equal(simulator.progress().get('oxygen')?.unheard, entries.filter((entry) => !entry.heard).length);
});

test('the newest client replaces the one before', async (context) => {
  const { simulator, log } = await start(context, { speed: 100 });
  const first = await listen(simulator, 'oxygen');
  await until(() => first.text !== '', 'a line');
  const second = await listen(simulator, 'oxygen');
  await until(() => second.text !== '' && first.ending !== undefined, 'the change');
  assert.ok(textOf(log('oxygen')).startsWith(first.text));
});

test('same seed, same bytes, whatever the speed and the other sensors', async (context) => {
  const bytes: string[] = [];
  const plans: Partial<SimulatorOptions>[] = [
    { speed: 2000 },
    { speed: 500, sensors: [MICROCAT, OXYGEN] },
    { seed: 2 },
  ];
  for (const plan of plans) {
    const faults = (['noise', 'overlong', 'binary'] as const).map((kind, i) => ({
      sensor: 'oxygen',
      kind,
      afterLines: 3 * i,
      amount: 100,
    }));
    const { simulator, log } = await start(context, { lines: 110, faults, ...plan });
    for (const id of simulator.endpoints.keys()) await listen(simulator, id);
    await simulator.done;
    bytes.push(textOf(log('oxygen')));
  }
  assert.equal(bytes[0], bytes[1]);
  assert.notEqual(bytes[0], bytes[2]);
});

test('what cannot be simulated is refused before a box opens', async (context) => {
  const logDir = mkdtempSync(join(tmpdir(), 'emso-simulator-'));
  context.after(() => rmSync(logDir, { recursive: true }));
  const cases: [options: Partial<SimulatorOptions>, message: RegExp][] = [
    [{ sensors: [OXYGEN, OXYGEN] }, /'oxygen' twice/],
    [{ sensors: [{ ...OXYGEN, model: 'clock' }] }, /found 'clock' at 'oxygen'/],
    [
      { faults: [{ sensor: 'nobody', afterLines: 1, kind: 'cut', amount: 0 }] },
      /expected faults of oxygen, found one of 'nobody'/,
    ],
    [{ sensors: [OXYGEN, { ...MICROCAT, settings: { outputFormat: 3 } }] }, /outputFormat 1, found 3/],
    [{ speed: 0 }, /speed above 0, found 0/],
  ];
  for (const [options, message] of cases) {
    const whole = {
      sensors: [OXYGEN],
      seed: 1,
      logDir,
      speed: 1,
      faults: [],
      ...options,
    };
    await assert.rejects(startSimulator(whole), { message });
  }
});
