/** What holds for every decoder, whatever the instrument and whatever the bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batch, createBatch, PARAMETERS, REJECT_REASONS } from '@emso/core';
import fc from 'fast-check';
import { fixtureRecords, settingsTried } from '../test/fixtures.ts';
import { asciiBytes } from './bytes.ts';
import { framingOf, INSTRUMENTS, type InstrumentModel, LINES } from './mod.ts';

/** Lines tried per property; `RUNS=20000` for a long search. */
const RUNS = Number(process.env['RUNS'] ?? 400);

/** Settings tried beside those of the fixtures. */
const MORE_SETTINGS: Readonly<Record<string, readonly unknown[]>> = {
  'sbe37-microcat': [
    {},
    { outputFormat: 3, fields: ['TEMP', 'CNDC'], conductivityUnit: 'uS/cm', outputTime: true, temperatureUnit: 'degF' },
    { addressed: true, fields: ['TEMP', null, 'PRES', 'DOX1'], pressureUnit: 'psi', oxygenUnit: 'umol/l' },
  ],
  'aanderaa-optode': [{}],
  'wetlabs-cstar': [{}],
};

type Answer = ReturnType<ReturnType<InstrumentModel['decoder']>>;

/** Answer and row as one comparable value, position counted from the line's start. */
function seen(batch: Batch, rowsBefore: number, answer: Answer, start: number): unknown {
  const row = rowsBefore;
  return {
    ...answer,
    ...(answer.kind === 'rejected' ? { position: answer.position - start } : {}),
    rows: batch.count - rowsBefore,
    ...(answer.kind === 'decoded'
      ? {
          instrument: batch.instrument[row],
          values: batch.values.map((column) => column[row]),
          labels: batch.labels.map((label) => label.texts[label.index[row]]),
        }
      : {}),
  };
}

const anyByte = fc.integer({ min: 0, max: 255 });
const noise = fc.uint8Array({ maxLength: 120 });

/** A real line, with some of its bytes replaced, removed or doubled, or cut at either end. */
function damaged(lines: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'double'), anyByte);
  return fc
    .tuple(
      fc.constantFrom(...lines),
      fc.array(edit, { maxLength: 3 }),
      fc.nat(),
      fc.nat(),
      fc.constantFrom('whole', 'head', 'tail'),
    )
    .map(([line, edits, from, to, part]) => {
      const bytes = [...line];
      for (const [place, what, byte] of edits) {
        const at = bytes.length === 0 ? 0 : place % bytes.length;
        if (what === 'replace') bytes[at] = byte;
        else bytes.splice(at, what === 'remove' ? 1 : 0, ...(what === 'remove' ? [] : [bytes[at] ?? byte]));
      }
      const head = part === 'head' ? to % (bytes.length + 1) : bytes.length;
      const tail = part === 'tail' ? from % (bytes.length + 1) : 0;
      return Uint8Array.from(bytes.slice(tail, head));
    });
}

for (const { model, settings, title } of settingsTried(MORE_SETTINGS)) {
  const lines = fixtureRecords(model, settings);
  const line = fc.oneof(noise, fc.constantFrom(...lines), damaged(lines));
  const codes = model.parameters(settings);
  const counts = model.calibration?.counts(settings) ?? [];
  const inLines = framingOf(model, settings) === LINES;
  const batchOf = (): Batch => createBatch([...codes, ...counts], model.labels, 1);

  test(`${title}: codes are in the parameter table, each once`, () => {
    assert.equal(new Set(codes).size, codes.length);
    for (const code of codes) assert.ok(PARAMETERS.has(code), code);
    for (const name of counts)
      assert.ok(name === name.toLowerCase(), `${name}: counts are in lower case, never published`);
  });

  test(`${title}: any bytes give one of the three answers, rows only when decoded, finite values`, () => {
    const batch = batchOf();
    const decode = model.decoder(settings);
    fc.assert(
      fc.property(line, (bytes) => {
        const before = batch.count;
        const original = bytes.slice();
        const answer = decode(bytes, 0, bytes.length, batch);
        assert.deepEqual(bytes, original, 'bytes are not altered');
        if (answer.kind !== 'decoded') assert.equal(batch.count, before);
        else if (inLines) assert.equal(batch.count, before + 1);
        else assert.ok(batch.count > before);
        if (answer.kind === 'rejected') {
          assert.ok(REJECT_REASONS.includes(answer.reason));
          assert.ok(answer.position >= 0 && answer.position <= bytes.length);
        }
        if (answer.kind !== 'decoded') return;
        assert.ok(
          batch.values.some((column) => !Number.isNaN(column[before])),
          'a row has a value',
        );
        for (const column of batch.values) {
          assert.ok(
            Number.isNaN(column[before]) || (Number.isFinite(column[before]) && !Object.is(column[before], -0)),
          );
        }
        assert.ok(Number.isNaN(batch.instrument[before]) || Number.isInteger(batch.instrument[before]));
      }),
      { numRuns: RUNS },
    );
  });

  test(`${title}: a line gives the same alone, after others, and inside a larger buffer`, () => {
    const decodeAfterOthers = model.decoder(settings);
    const batchAfterOthers = batchOf();
    fc.assert(
      fc.property(line, noise, noise, (bytes, before, behind) => {
        const alone = batchOf();
        const expected = seen(alone, 0, model.decoder(settings)(bytes, 0, bytes.length, alone), 0);
        const buffer = Uint8Array.from([...before, ...bytes, ...behind]);
        const from = before.length;
        const rows = batchAfterOthers.count;
        const answer = decodeAfterOthers(buffer, from, from + bytes.length, batchAfterOthers);
        assert.deepEqual(seen(batchAfterOthers, rows, answer, from), expected);
      }),
      { numRuns: RUNS },
    );
  });

  // Where structures are binary these bytes are data.
  test(`${title}: flow control bytes are as if they were not there`, { skip: !inLines }, () => {
    fc.assert(
      fc.property(
        line,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(0x00, 0x11, 0x13)), { maxLength: 4 }),
        (bytes, marks) => {
          const clean = bytes.filter((byte) => ![0x00, 0x11, 0x13].includes(byte));
          const marked = [...clean];
          for (const [place, mark] of marks) marked.splice(place % (marked.length + 1), 0, mark);
          const [one, other] = [batchOf(), batchOf()];
          const decode = model.decoder(settings);
          const expected = decode(clean, 0, clean.length, one);
          const answer = decode(Uint8Array.from(marked), 0, marked.length, other);
          const without = (found: Answer): unknown => (found.kind === 'rejected' ? { ...found, position: 0 } : found);
          assert.deepEqual(without(answer), without(expected));
          if (answer.kind === 'decoded') assert.deepEqual(seen(other, 0, answer, 0), seen(one, 0, expected, 0));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test(`${title}: the batch may have other columns too`, () => {
    const all = [...codes, ...counts];
    // A code that no model of ours sends.
    const wide = createBatch(['TSED', ...all.toReversed()], model.labels, 1);
    const narrow = batchOf();
    const decode = model.decoder(settings);
    for (const bytes of lines) {
      const answer = decode(bytes, 0, bytes.length, narrow);
      assert.equal(decode(bytes, 0, bytes.length, wide).kind, answer.kind);
    }
    assert.ok(wide.values[0].subarray(0, wide.count).every(Number.isNaN));
    all.forEach((code, i) => {
      const column = wide.values[wide.codes.indexOf(code)];
      assert.deepEqual(column.subarray(0, wide.count), narrow.values[i].subarray(0, narrow.count));
    });
  });
}

test('a rejected position is that of the original line, flow control counted', () => {
  const model = INSTRUMENTS.get('sbe37-microcat')!;
  const settings = model.settings.parse({ outputFormat: 1, fields: ['TEMP', 'CNDC'], conductivityUnit: 'S/m' });
  const decode = model.decoder(settings);
  const bytes = asciiBytes('..\x0013.\x112974, x');
  const answer = decode(bytes, 2, bytes.length, createBatch(model.parameters(settings), model.labels, 1));
  assert.deepEqual(answer, { kind: 'rejected', reason: 'not-a-number', position: bytes.indexOf(0x78) });
});

test('settings that cannot be are refused with the place of the fault', () => {
  const cases: [model: string, settings: unknown, path: string][] = [
    ['sbe37-microcat', { fields: ['TEMP', 'CNDC'] }, 'conductivityUnit'],
    ['sbe37-microcat', { fields: ['TEMP', 'TEMP'] }, 'fields'],
    ['sbe37-microcat', { fields: ['SALT'] }, 'fields.0'],
    ['sbe37-microcat', { outputFormat: 7 }, 'outputFormat'],
    ['aanderaa-optode', { storedSalinity: 'none' }, 'storedSalinity'],
    ['wetlabs-cstar', { path: 0.25 }, ''],
  ];
  for (const [id, settings, path] of cases) {
    const parsed = INSTRUMENTS.get(id)!.settings.safeParse(settings);
    assert.deepEqual(
      parsed.error?.issues.map((issue) => issue.path.join('.')),
      [path],
      JSON.stringify(settings),
    );
  }
});
