/**
 * A binary stream through the historical acquisition (FORMATS §4.8): what was cut at 0A comes back, what strip removed does
 * not, and nothing comes back that was never sent.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createBatch } from '@emso/core';
import fc from 'fast-check';
import { joined, velocityStructure } from '../../test/aquadopp-structures.ts';
import { isSpace, LF } from '../bytes.ts';
import { readRecords } from '../framing.ts';
import { reframeRows } from '../reframe-rows.ts';
import { datRow, readDatRows, stripBounds } from '../rows.ts';
import { nortekAquadopp as model } from './instrument.ts';
import { isStructure, scanStructures } from './structures.ts';

const SAMPLES = new URL('../../../../../shared/instruments/samples/aquadopp/', import.meta.url);
const RECEIVED = Date.UTC(2019, 7, 1);

/** The structures of a stream, each as hex. */
function structuresOf(run: ReturnType<typeof readRecords>): string[] {
  const found: string[] = [];
  for (let i = 0; i < run.count; i++) {
    if (isStructure(run.bytes, run.start[i], run.end[i])) found.push(hex(run.bytes.subarray(run.start[i], run.end[i])));
  }
  return found;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/**
 * The daily file that the historical script writes of these chunks, between which it waited longer than its four seconds
 * (so that what it had was written as a row), and which of the stream's bytes its strip removed.
 */
function acquired(chunks: readonly Uint8Array[]): { file: Uint8Array; removed: Set<number> } {
  const rows: Uint8Array[] = [];
  const removed = new Set<number>();
  let at = 0;
  chunks.forEach((chunk, n) => {
    let start = 0;
    while (start < chunk.length) {
      const feed = chunk.indexOf(LF, start);
      const end = feed < 0 ? chunk.length : feed;
      const [from, to] = stripBounds(chunk, start, end);
      for (let i = start; i < end; i++) if (i < from || i >= to) removed.add(at + i);
      rows.push(datRow(RECEIVED + n * 1000, chunk, start, end));
      start = end + 1;
    }
    at += chunk.length;
  });
  return { file: joined(...rows), removed };
}

function recovered(file: Uint8Array): string[] {
  const { run, damaged } = readDatRows(file);
  assert.deepEqual(damaged, []);
  return structuresOf(reframeRows(run, scanStructures));
}

const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x0a, 0x0d, 0x09, 0x20));
const structure = fc
  .record({
    heading: fc.tuple(byte, byte).map(([low, high]) => ((low | (high << 8)) << 16) >> 16),
    pressure: fc.tuple(byte, byte, byte).map(([a, b, c]) => a | (b << 8) | (c << 16)),
    temperature: fc.tuple(byte, byte).map(([low, high]) => ((low | (high << 8)) << 16) >> 16),
    amplitude: fc.tuple(byte, byte, byte),
  })
  .map(velocityStructure);

test('every structure of which strip removed nothing comes back, and no other', () => {
  fc.assert(
    fc.property(fc.array(structure, { minLength: 1, maxLength: 12 }), fc.boolean(), (structures, silences) => {
      const { file, removed } = acquired(silences ? structures : [joined(...structures)]);
      const untouched = structures.filter((bytes, n) => {
        const from = structures.slice(0, n).reduce((sum, each) => sum + each.length, 0);
        const last = n === structures.length - 1 || silences;
        // The 0A that a structure ends with is between this row and the next, where there is a next.
        const endsInFeed = last && bytes.at(-1) === LF && n === structures.length - 1;
        return !endsInFeed && bytes.every((_, i) => !removed.has(from + i));
      });
      assert.deepEqual(recovered(file), untouched.map(hex));
    }),
    { numRuns: 300 },
  );
});

test('what comes back decodes as it was, the rest is refused or only talk', () => {
  const [a, b, c] = [
    velocityStructure({ heading: 0x0a0a, amplitude: [10, 10, 14] }),
    velocityStructure({ heading: 0x0d0a }),
    velocityStructure({ heading: 900 }),
  ];
  const settings = model.settings.parse({ layout: 'binary', coordinateSystem: 'ENU', velocityScale: 0.001 });
  const { run } = readDatRows(acquired([a, b, c]).file);
  const framed = reframeRows(run, scanStructures);
  const batch = createBatch(model.parameters(settings), model.labels, 4);
  const decode = model.decoder(settings);
  const answers = Array.from({ length: framed.count }, (_, i) => {
    const answer = decode(framed.bytes, framed.start[i], framed.end[i], batch);
    return `${(framed.received[i] - RECEIVED) / 1000} ${answer.kind === 'rejected' ? answer.reason : answer.kind}`;
  });
  // b lost the 0D at the beginning of its second piece.
  assert.deepEqual(answers, ['0 decoded', '1 damaged', '2 decoded']);
  assert.deepEqual([...batch.values[batch.codes.indexOf('HEADING')].subarray(0, batch.count)], [257, 90]);
});

test('the share of real captures that comes back', (t) => {
  if (!existsSync(SAMPLES)) {
    t.skip('the shared samples are not beside this checkout');
    return;
  }
  for (const name of [
    '20140813.velpt.log',
    '20141110.velpt2.log',
    '20150829.velpt2.log',
    'VELPT_SN_11402_2014-07-02.aqd',
  ]) {
    const file = readFileSync(new URL(name, SAMPLES));
    const records = readRecords(file, { scan: scanStructures });
    const sent = structuresOf(records);
    const chunks = Array.from({ length: records.count }, (_, i) => file.subarray(records.start[i], records.end[i]));
    for (const [how, stream] of [
      ['back to back', [file]],
      ['with silences between', chunks],
    ] as const) {
      const back = recovered(acquired(stream).file);
      const naive = chunks.filter((chunk) => !chunk.includes(LF) && !isSpace(chunk[chunk.length - 1])).length;
      t.diagnostic(
        `${name} ${how}: ${back.length} of ${sent.length} structures; ${naive} hold no 0A and end in none of 09–0D, 20`,
      );
      let at = -1;
      for (const each of back) {
        at = sent.indexOf(each, at + 1);
        assert.ok(at >= 0, `${name} ${how}: a structure that was never sent came back`);
      }
      assert.ok(back.length > 0);
    }
  }
});
