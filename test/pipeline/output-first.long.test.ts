/** Decoder and qc acknowledge their input when the output is on the bus, and no message can hold a sensor up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeMessage,
  encodeMessage,
  MAX_RAW_PAYLOAD_BYTES,
  type ObservationMessage,
  obsSubject,
  type RawRecord,
  RECORD_HEADER_BYTES,
  rawSubject,
  type VerdictMessage,
} from '@emso/core';
import { decodeMessageRecords } from '@emso/pipeline';
import { applyTopology, type Bus, publishDurably } from '@emso/runtime';
import { type Service, waitFor } from '../support/servers.ts';
import { metricOf, openStage, type Stage } from './stage.ts';
import { connectTest, messagesIn, publishRaw, rawLine } from './test-bus.ts';

const CSTAR = obsSubject('mii', 'cstar');
const ready = (service: Service): Promise<unknown> =>
  waitFor(async () => (await fetch(`${service.url}/readyz`)).ok, {
    what: 'the service to be ready',
    timeoutMs: 20_000,
  });

/** Publishes observations as the decoder would, under any id. */
function publishObs(bus: Bus, stage: Stage, records: readonly RawRecord[], id: string) {
  const { observations } = decodeMessageRecords(stage.plan('cstar'), records);
  return publishDurably(bus, CSTAR, id, encodeMessage(observations));
}

interface Stop {
  readonly role: string;
  readonly input: string;
  readonly output: string;
  readonly send: (bus: Bus, stage: Stage) => Promise<unknown>;
}

// biome-ignore format: a table
const STOPS: readonly Stop[] = [
  { role: 'decoder', input: 'RAW', output: 'OBS', send: (bus) => publishRaw(bus, 'cstar', [rawLine(1)]) },
  { role: 'qc', input: 'OBS', output: 'QC', send: (bus, stage) => publishObs(bus, stage, [rawLine(1)], 'o1') },
];

for (const { role, input, output, send } of STOPS) {
  test(`PROMISE 10: ${role}: an input acknowledged before its output is on the bus`, { timeout: 60_000 }, async (t) => {
    const stage = await openStage(t, { lines: 0 });
    const service = await stage.start(role);
    await ready(service);
    const bus = await connectTest(t, stage.nats);
    await bus.jsm.streams.delete(output);
    await send(bus, stage);
    const outcome = (name: string): Promise<number> =>
      metricOf(service, 'emso_messages_processed_total', { stage: 'publish', outcome: name });
    await waitFor(async () => (await outcome('retried')) > 1, { what: 'the output to be refused twice' });
    const durable = `${role}-mii-cstar`;
    const waiting = await bus.jsm.consumers.info(input, durable);
    assert.deepEqual([waiting.num_ack_pending, waiting.ack_floor.stream_seq], [1, 0]);
    await applyTopology(bus);
    await waitFor(async () => (await bus.jsm.consumers.info(input, durable)).ack_floor.stream_seq === 1, {
      what: 'the acknowledgement',
      timeoutMs: 20_000,
    });
    assert.equal((await bus.jsm.streams.info(output)).state.messages, 1);
  });
}

test('PROMISE 10: an observation that comes again and gets another verdict, or a second one', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  await ready(await stage.start('qc'));
  const bus = await connectTest(t, stage.nats);
  for (const id of ['first', 'again', 'once more']) await publishObs(bus, stage, [rawLine(1), rawLine(2)], id);
  await publishObs(bus, stage, [rawLine(3)], 'later');
  const verdicts = async (): Promise<VerdictMessage[]> =>
    (await messagesIn(bus, 'QC', 'qc.mii.cstar')).map((data) => decodeMessage<VerdictMessage>(data));
  await waitFor(async () => (await verdicts()).at(-1)?.range.last === 3, { what: 'the last verdict' });
  assert.deepEqual(
    (await verdicts()).map(({ range, revision }) => [range.first, range.last, revision]),
    [
      [1, 2, 0],
      [3, 3, 0],
    ],
  );
});

test('PROMISE 9: a consumer of decoder or qc that serves two sensors, or has two messages in hand', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  await Promise.all((await Promise.all([stage.start('decoder'), stage.start('qc')])).map(ready));
  const bus = await connectTest(t, stage.nats);
  for (const { role, input } of STOPS) {
    const found: string[] = [];
    for await (const { name, config } of bus.jsm.consumers.list(input)) {
      found.push(config.filter_subject ?? '(all)');
      const sensor = config.filter_subject?.split('.')[2];
      assert.equal(name.startsWith(`${role}-`) && name.endsWith(`-${sensor}`), true, name);
      assert.deepEqual([config.max_ack_pending, config.max_deliver, config.ack_policy], [1, -1, 'explicit'], name);
    }
    assert.equal(new Set(found).size, found.length);
    for (const sensor of ['microcat', 'oxygen', 'cstar'])
      assert.ok(found.includes(`${input.toLowerCase()}.mii.${sensor}`), `${sensor} among ${found}`);
  }
});

test('PROMISE 8: a message that nobody can understand and that holds its sensor up', async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const services = await Promise.all([stage.start('decoder'), stage.start('qc')]);
  await Promise.all(services.map(ready));
  const bus = await connectTest(t, stage.nats);
  const strange: [subject: string, text: string][] = [
    [rawSubject('mii', 'cstar'), 'hello'],
    [CSTAR, '{'],
    [CSTAR, '{}'],
    [CSTAR, 'null'],
    [CSTAR, '{"rows":[{}]}'],
    [CSTAR, '{"rows":[null]}'],
  ];
  for (const [i, [subject, text]] of strange.entries())
    await publishDurably(bus, subject, `strange/${i}`, Buffer.from(text));
  await publishRaw(bus, 'cstar', [rawLine(1)]);
  const understood = async (): Promise<boolean> =>
    (await messagesIn(bus, 'QC', 'qc.mii.cstar')).some(
      (data) => decodeMessage<VerdictMessage>(data).range?.session === rawLine(1).session,
    );
  await waitFor(understood, { what: 'the verdict on the line behind them', timeoutMs: 20_000 });
});

test('PROMISE 3: a full RAW payload whose rows do not fit a message of OBS or QC', { timeout: 60_000 }, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  await Promise.all([stage.start('decoder'), stage.start('qc')]);
  const bus = await connectTest(t, stage.nats);
  // The shortest line there is, as often as a payload holds it.
  const short = 'CST-1DR\t1\t1\t1\t0.1\t1\r';
  const count = Math.floor((MAX_RAW_PAYLOAD_BYTES - 40) / (RECORD_HEADER_BYTES + short.length));
  await publishRaw(
    bus,
    'cstar',
    Array.from({ length: count }, (_, i) => rawLine(i + 1, short)),
  );
  const covered = async (): Promise<number> => {
    let [last, rows] = [0, 0];
    for (const data of await messagesIn(bus, 'QC', 'qc.mii.cstar')) {
      const { range, rows: own } = decodeMessage<ObservationMessage>(data);
      assert.equal(range.first, last + 1, 'the parts follow each other');
      last = range.last;
      rows += own.length;
    }
    assert.equal(rows, last, 'every line has its row');
    return last;
  };
  await waitFor(async () => (await covered()) === count, { what: `verdicts on ${count} lines`, timeoutMs: 40_000 });
});
