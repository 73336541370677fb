/** What holds for the byte streams of every instrument, however they arrive and whatever is mixed into them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch, KIND, type RawRun, RECORD_KINDS } from '@emso/core';
import fc from 'fast-check';
import { fixturesOf } from '../test/fixtures.ts';
import { createFramer, type FramedRecord, type Framing, framingOf, INSTRUMENTS, type InstrumentModel } from './mod.ts';

/** Streams tried per property; `RUNS=5000` for a long search. */
const RUNS = Number(process.env['RUNS'] ?? 100);
/** Enough of a capture to damage; more only makes the search slow. */
const STREAM_BYTES = 4000;
/** So many records may be lost where a stream was damaged, beside those that the damage itself hit. */
const LOST_MAX = 2;

function framed(framing: Framing, chunks: Iterable<Uint8Array>): FramedRecord[] {
  const framer = createFramer(framing);
  const records = Array.from(chunks, (chunk) => framer.push(chunk, 0)).flat();
  return [...records, ...framer.cut(0)];
}

/** The stream in pieces of these lengths, over and over. */
function* pieces(stream: Uint8Array, lengths: readonly number[]): Iterable<Uint8Array> {
  for (let at = 0, i = 0; at < stream.length; i++) {
    const stop = at + lengths[i % lengths.length];
    yield stream.subarray(at, stop);
    at = stop;
  }
}

function whole(framing: Framing, stream: Uint8Array): FramedRecord[] {
  return framed(framing, [stream]);
}

/** Each observation of a stream as text: values, labels and instrument time. */
function observations(model: InstrumentModel, settings: unknown, records: readonly FramedRecord[]): string[] {
  const codes = [...model.parameters(settings), ...(model.calibration?.counts(settings) ?? [])];
  const batch = createBatch(codes, model.labels, 16);
  const decode = model.decoder(settings);
  for (const { kind, bytes } of records) if (kind === 'line') decode(bytes, 0, bytes.length, batch);
  return Array.from({ length: batch.count }, (_, row) =>
    JSON.stringify([
      batch.instrument[row],
      batch.values.map((column) => column[row]),
      batch.labels.map(({ texts, index }) => texts[index[row]]),
    ]),
  );
}

/** The live stream that a fixture's records make; a line gets its LF back. */
function streamOf({ run }: { run: RawRun }, framing: Framing): Uint8Array {
  const parts: number[] = [];
  for (let i = 0; i < run.count && parts.length < STREAM_BYTES; i++) {
    if (run.kind[i] === KIND[RECORD_KINDS[2]]) continue;
    parts.push(...run.bytes.subarray(run.start[i], run.end[i]), ...('scan' in framing ? [] : [0x0a]));
  }
  return Uint8Array.from(parts);
}

const cases = [...INSTRUMENTS.values()].flatMap((model) =>
  fixturesOf(model).map((fixture) => {
    const framing = framingOf(model, fixture.settings);
    return {
      model,
      framing,
      settings: fixture.settings,
      title: `${model.id} ${fixture.name}`,
      stream: streamOf(fixture, framing),
    };
  }),
);
const lengths = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 6 });
const noise = fc.uint8Array({ maxLength: 600 });

for (const { model, framing, settings, title, stream } of cases) {
  test(`${title}: a stream split anywhere gives the same records, and no byte is lost`, () => {
    const bytesOf = (records: readonly FramedRecord[]): number =>
      records.reduce(
        (sum, { kind, bytes }) => sum + bytes.length + (framing.name === 'lines' && kind === 'line' ? 1 : 0),
        0,
      );
    fc.assert(
      fc.property(fc.oneof(fc.constant(stream), noise), lengths, (bytes, cuts) => {
        const expected = whole(framing, bytes);
        assert.deepEqual(framed(framing, pieces(bytes, cuts)), expected);
        assert.equal(bytesOf(expected), bytes.length);
      }),
      { numRuns: RUNS },
    );
  });

  test(`${title}: after damage the stream is found again within ${LOST_MAX} records`, () => {
    const clean = observations(model, settings, whole(framing, stream));
    fc.assert(
      fc.property(noise, (before) => {
        const found = observations(model, settings, whole(framing, Uint8Array.from([...before, ...stream])));
        const same = clean.length - Math.min(clean.length, LOST_MAX);
        assert.deepEqual(found.slice(found.length - same), clean.slice(clean.length - same));
      }),
      { numRuns: RUNS },
    );
  });

  test(`${title}: bits flipped, two streams interleaved: nothing throws, nothing hangs`, () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })), { maxLength: 12 });
    fc.assert(
      fc.property(flips, lengths, (damage, cuts) => {
        const flipped = stream.slice();
        for (const [place, bit] of damage) if (flipped.length > 0) flipped[place % flipped.length] ^= 1 << bit;
        observations(model, settings, whole(framing, flipped));
        const [a, b] = [[...pieces(stream, cuts)], [...pieces(flipped, cuts.toReversed())]];
        const mixed = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [a[i], b[i]]).flat();
        observations(
          model,
          settings,
          framed(
            framing,
            mixed.filter((chunk) => chunk !== undefined),
          ),
        );
      }),
      { numRuns: RUNS },
    );
  });
}
