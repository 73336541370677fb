/** The bus as a test uses it: beside the services, with raw lines of its own. */
import type { TestContext } from 'node:test';
import { encodeRawPayload, type RawRecord, rawMessageId, rawSubject } from '@emso/core';
import { type Bus, connectBus, createLog, createMetrics, publishDurably } from '@emso/runtime';
import type { NatsServer } from '../support/servers.ts';

/** A link of the test's own, closed after it. */
export async function connectTest(t: TestContext, nats: NatsServer): Promise<Bus> {
  const fail = (error: Error): never => {
    throw error;
  };
  const log = createLog({ service: 'test', level: 'silent' });
  const bus = await connectBus({ url: nats.url, name: 'test', log, metrics: createMetrics(), fail });
  t.after(() => bus.close());
  return bus;
}

export const SESSION = '20260301T115959000Z-0000000a';
const startMs = Date.now();

/** A record of the session; without `bytes`, a sample of the C-Star. */
export function rawLine(
  seq: number,
  bytes = `CST-1186DR\t${7000 + (seq % 1000)}\t9219\t11982\t0.092\t537\r`,
): RawRecord {
  return { session: SESSION, seq, receivedMs: startMs + seq, kind: 'line', bytes: Buffer.from(bytes, 'latin1') };
}

/** Publishes as an acquirer does, or under another message id. */
export function publishRaw(bus: Bus, sensor: string, records: readonly RawRecord[], id?: string) {
  const [{ session, seq: first }] = records;
  const range = { session, first, last: records[records.length - 1].seq };
  const payload = encodeRawPayload(records);
  return publishDurably(bus, rawSubject('mii', sensor), id ?? rawMessageId('mii', sensor, range), payload);
}

/** Every message of a stream under a subject, in order. */
export async function messagesIn(bus: Bus, stream: string, subject: string): Promise<Uint8Array[]> {
  const { state } = await bus.jsm.streams.info(stream);
  const found: Uint8Array[] = [];
  for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq++) {
    const message = await bus.jsm.streams.getMessage(stream, { seq });
    if (message?.subject === subject) found.push(message.data);
  }
  return found;
}
