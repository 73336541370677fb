/** States in the bucket of a real broker, and what a stream already holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startNats } from '../../../test/support/servers.ts';
import { type Bus, connectBus } from './bus.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { LostGuard, SensorStates } from './sensor-state.ts';
import { historyOf } from './stream-history.ts';
import { applyTopology } from './topology.ts';

const connectTestBus = (url: string): Promise<Bus> =>
  connectBus({
    url,
    name: 'test',
    log: createLog({ service: 'test', level: 'warn', destination: { write: () => undefined } }),
    metrics: createMetrics(),
    fail: (error) => assert.fail(error),
  });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);

test('PROMISE 10: a state that is written over by who does not own it any more', async (t) => {
  const nats = await startNats();
  t.after(() => nats.stop());
  const bus = await connectTestBus(nats.url);
  t.after(() => bus.close());
  const [mine, other] = [new SensorStates(bus, 'qc-state'), new SensorStates(bus, 'qc-state')];
  assert.equal(await mine.load('mii.cstar'), undefined, 'no bucket yet');
  const first = await mine.save('mii.cstar', bytes('a'), 0);
  assert.deepEqual(await other.load('mii.cstar'), { value: bytes('a'), revision: first });
  assert.equal(await other.load('mii.oxygen'), undefined);
  const second = await other.save('mii.cstar', bytes('b'), first);
  await assert.rejects(mine.save('mii.cstar', bytes('c'), first), LostGuard);
  await assert.rejects(mine.save('mii.cstar', bytes('c'), 0), LostGuard);
  assert.equal(textOf((await mine.load('mii.cstar'))?.value), 'b');
  assert.ok((await mine.save('mii.cstar', bytes('c'), second)) > second);

  // A broker that came back without its store: nobody owns anything.
  await bus.jsm.streams.delete('KV_qc-state');
  assert.equal(await mine.load('mii.cstar'), undefined);
  const keys = ['cstar', 'oxygen', 'microcat', 'aquadopp', 'pressure'].map((sensor) => `mii.${sensor}`);
  await Promise.all(keys.map((key) => new SensorStates(bus, 'qc-state').save(key, bytes('d'), 0)));
  assert.equal(textOf((await other.load('mii.cstar'))?.value), 'd');
});

test('what a stream holds of a subject before a message, and no consumer stays', async (t) => {
  const nats = await startNats();
  t.after(() => nats.stop());
  const bus = await connectTestBus(nats.url);
  t.after(() => bus.close());
  await applyTopology(bus);
  const seqs: number[] = [];
  for (let i = 0; i < 300; i++) {
    const { seq } = await bus.js.publish(i % 3 === 0 ? 'obs.mii.other' : 'obs.mii.cstar', bytes(String(i)));
    seqs.push(seq);
  }
  const read = async (beforeSeq: number, subject: string): Promise<number[]> =>
    (await Array.fromAsync(historyOf(bus, { stream: 'OBS', subject, reachMs: 3_600_000, beforeSeq }))).map((each) =>
      Number(textOf(each)),
    );
  const expected = Array.from({ length: 200 }, (_, i) => i).filter((i) => i % 3 !== 0);
  assert.deepEqual(await read(seqs[200], 'obs.mii.cstar'), expected);
  assert.deepEqual(await read(seqs[0], 'obs.mii.other'), []);
  assert.deepEqual(await read(seqs[299] + 1, 'obs.mii.nobody'), []);
  const consumers = () => Array.fromAsync(bus.jsm.consumers.list('OBS'));
  assert.deepEqual(await consumers(), []);
  // Of a reader that is killed in the middle the broker is rid in a minute, not in five as the client would have it.
  const reading = historyOf(bus, { stream: 'OBS', subject: 'obs.mii.cstar', reachMs: 3_600_000, beforeSeq: 200 });
  await reading.next();
  assert.deepEqual(
    (await consumers()).map(({ config }) => config.inactive_threshold),
    [60e9],
  );
  await reading.return(undefined);
  assert.deepEqual(await consumers(), []);
});
