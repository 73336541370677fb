import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultKind } from './faults.ts';
import type { Simulator } from './simulator.ts';
import { type Heard, listen, start, textOf, until } from './test-rig.ts';
import type { WitnessEntry } from './witness.ts';

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
