import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultKind } from './faults.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
import type { WitnessEntry } from './witness.ts';

const OXYGEN = { id: 'oxygen', model: 'aanderaa-optode', cadenceMs: 1000 };
const MICROCAT = {
  id: 'microcat',
  model: 'sbe37-microcat',
  cadenceMs: 1000,
  settings: { fields: ['TEMP', 'CNDC', 'PRES'], conductivityUnit: 'S/m' },
};

interface Rig {
  simulator: Simulator;
  log(sensor: string): WitnessEntry[];
}

async function start(context: TestContext, options: Partial<SimulatorOptions>): Promise<Rig> {
  const logDir = mkdtempSync(join(tmpdir(), 'emso-simulator-'));
  const simulator = await startSimulator({
    sensors: [OXYGEN],
    seed: 1,
    logDir,
    speed: 500,
    faults: [],
    ...options,
  });
  context.after(async () => {
    await simulator.stop();
    rmSync(logDir, { recursive: true });
  });
  const log = (sensor: string): WitnessEntry[] =>
    readFileSync(join(logDir, `${sensor}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { simulator, log };
}

interface Heard {
  text: string;
  socket: Socket;
  /** How the connection ended: `reset`, `end`, or nothing yet. */
  ending?: 'reset' | 'end';
}

/** Connects as an acquirer does and collects what comes. */
async function listen(simulator: Simulator, sensor: string): Promise<Heard> {
  const socket = connect(Number(simulator.endpoints.get(sensor)?.split(':')[2]), '127.0.0.1');
  const heard: Heard = { text: '', socket };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    heard.text += text;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') heard.ending = 'reset';
  });
  socket.on('end', () => {
    heard.ending ??= 'end';
  });
  await once(socket, 'connect');
  return heard;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const endMs = performance.now() + 8000; !condition(); await delay(5)) {
    assert.ok(performance.now() < endMs, `waited in vain for ${what}`);
  }
}

const textOf = (entries: readonly WitnessEntry[]): string => entries.map((entry) => entry.latin1).join('');

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

/** A client that comes back at once whenever the connection is lost, as an acquirer would. */
async function stayConnected(simulator: Simulator): Promise<Heard[]> {
  const all: Heard[] = [];
  let over = false;
  // Stopped: nobody is there to come back to.
  void simulator.done.then(() => {
    over = true;
  });
  const open = async (): Promise<void> => {
    const heard = await listen(simulator, 'oxygen');
    all.push(heard);
    heard.socket.on('close', () => {
      if (!over && heard.ending !== undefined) void open();
    });
  };
  await open();
  return all;
}

/** What each kind of fault looks like at the far end and in the log. */
const FAULTS: {
  kind: FaultKind;
  amount: number;
  check(entry: WitnessEntry, heard: Heard[], log: WitnessEntry[]): void;
}[] = [
  {
    kind: 'cut',
    amount: 0,
    check: (entry, [before, after]) => {
      const [head, tail] = entry.parts ?? [];
      assert.equal(entry.heard, true);
      assert.equal(before.ending, 'reset');
      assert.ok(
        head.length > 0 && !head.includes('\n') && before.text.endsWith(`\n${head}`),
        'the head, then the reset',
      );
      assert.ok(tail.endsWith('\r\n') && after.text.startsWith(tail), 'the tail goes to whoever is back in time');
      assert.equal(entry.latin1, head + tail);
    },
  },
  {
    kind: 'silence',
    amount: 150,
    check: (entry, [only], log) => {
      assert.equal(entry.parts?.length, 2);
      assert.equal(only.ending, undefined);
      assert.ok(entry.atMs - log[entry.n - 2].atMs >= 149, 'the pause is inside the line');
      assert.ok(only.text.includes(`\n${entry.latin1}`));
    },
  },
  {
    kind: 'reset',
    amount: 0,
    check: (_, [before]) => {
      assert.equal(before.ending, 'reset');
      assert.ok(before.text.endsWith('\r\n'), 'between lines');
    },
  },
  {
    kind: 'half-close',
    amount: 0,
    check: (_, [before]) => {
      assert.equal(before.ending, 'end');
      assert.ok(before.text.endsWith('\r\n'), 'between lines');
    },
  },
  {
    kind: 'flood',
    amount: 5000,
    check: (entry, [only], log) => {
      const flood = log.filter(({ fault }) => fault === 'flood');
      assert.equal(flood.length, 5000);
      assert.ok(flood.every(({ heard }) => heard));
      assert.ok((flood.at(-1)?.atMs ?? 0) - entry.atMs < 10_000, 'far faster than 5000 times 10 ms');
      assert.ok(only.text.includes(textOf(flood)), 'none is lost');
    },
  },
  {
    kind: 'noise',
    amount: 0,
    check: (entry, [only]) => {
      assert.match(entry.latin1, /\xff.*\r\n$/s);
      assert.ok(only.text.includes(entry.latin1));
    },
  },
  {
    kind: 'overlong',
    amount: 9000,
    check: (entry, [only]) => {
      assert.equal(entry.latin1.length, 9002);
      assert.equal(entry.origin, 'generated');
      assert.ok(only.text.includes(`\n${entry.latin1}`));
    },
  },
  {
    kind: 'binary',
    amount: 200,
    check: (entry, [only]) => {
      assert.equal(entry.latin1.length, 202);
      assert.ok(only.text.includes(`\n${entry.latin1}`));
    },
  },
];

for (const { kind, amount, check } of FAULTS) {
  test(`fault ${kind}`, async (context) => {
    const { simulator, log } = await start(context, {
      speed: 100,
      faults: [{ sensor: 'oxygen', afterLines: 4, kind, amount }],
    });
    const heard = await stayConnected(simulator);
    const struck = (): WitnessEntry | undefined => log('oxygen').find((entry) => entry.fault === kind);
    await until(() => struck() !== undefined, kind);
    const last = kind === 'flood' ? amount : 1;
    const entry = struck() as WitnessEntry;
    // Lines go on after it, and arrive.
    await until(() => log('oxygen').length >= entry.n + last + 5, 'lines after the fault');
    const { latin1 } = log('oxygen').filter((line) => line.heard)[entry.n + last];
    await until(() => heard.some(({ text }) => text.includes(latin1)), 'the lines after the fault to arrive');
    assert.equal(entry.n, 5);
    check(entry, heard, log('oxygen'));
    assert.equal(log('oxygen').filter((line) => line.fault !== undefined).length, last);
  });
}

test('the rest of a cut line is lost when nobody comes back, and the log says so', async (context) => {
  const { simulator, log } = await start(context, {
    faults: [{ sensor: 'oxygen', afterLines: 2, kind: 'cut', amount: 0 }],
    lines: 5,
  });
  const client = await listen(simulator, 'oxygen');
  await simulator.done;
  const [, , cut, next] = log('oxygen');
  assert.deepEqual([cut.fault, cut.heard, cut.parts], ['cut', true, [cut.latin1]]);
  assert.match(cut.lost ?? '', /\r\n$/);
  assert.ok(client.text.endsWith(cut.latin1));
  assert.equal(next.heard, false);
});

test('a fault waits for a listener', async (context) => {
  const { simulator, log } = await start(context, {
    holdUntilClient: false,
    speed: 100,
    faults: [{ sensor: 'oxygen', afterLines: 0, kind: 'binary', amount: 50 }],
  });
  await until(() => log('oxygen').length >= 3, 'lines nobody hears');
  await listen(simulator, 'oxygen');
  await until(() => log('oxygen').some((entry) => entry.heard), 'a listener');
  assert.equal(log('oxygen').find((entry) => entry.heard)?.fault, 'binary');
});

test('a client that reads nothing costs lines, not memory; once it reads again, the next ones arrive', async (context) => {
  // More than the sockets' own buffers take.
  const faults = [{ sensor: 'oxygen', afterLines: 2, kind: 'overlong', amount: 12_000_000 } as const];
  const { simulator, log } = await start(context, { speed: 100, faults });
  const client = await listen(simulator, 'oxygen');
  client.socket.pause();
  await until(() => (simulator.progress().get('oxygen')?.unheard ?? 0) >= 10, 'the box to overflow');
  client.socket.resume();
  await until(() => log('oxygen').at(-1)?.heard === true, 'lines to be heard again');
  await simulator.stop();
  const heard = textOf(log('oxygen').filter((entry) => entry.heard));
  await until(() => client.text.length === heard.length, 'the rest');
  assert.ok(client.text === heard, 'what is logged as heard, and nothing else');
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
