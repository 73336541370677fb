import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blocksOf, shapeOf } from './input.ts';

async function* pieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    if (at < bytes.length) yield Buffer.from(bytes.subarray(at, at + length));
    at += length;
  }
}

test('blocks end with a line feed and lose no byte, however the bytes come', async () => {
  const bytes = fc.array(fc.constantFrom(10, 13, 65, 66, 255), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }), async (values, lengths) => {
      const blocks: Buffer[] = [];
      for await (const block of blocksOf(pieces(Uint8Array.from(values), lengths))) blocks.push(block);
      assert.deepEqual([...Buffer.concat(blocks)], values);
      assert.ok(blocks.every((block) => block.length > 0));
      assert.ok(blocks.slice(0, -1).every((block) => block.at(-1) === 10));
    }),
  );
});

test('a file is taken for what its name and first row say', () => {
  const row = '20170929 00:00:0524.8339,  0.97795,   -9.262';
  const archive = '2019-08-01T00:00:02.123Z line 20190801T000000000Z-0a1b2c3d/1 24.8339';
  const cases: [file: string, first: string, shape: string][] = [
    ['MICROCAT_20170929.dat', row, 'rows'],
    ['/archive/OLD.DAT', row, 'rows'],
    ['MICROCAT_20170929.txt', row, 'lines'],
    ['capture.dat', '24.8339,  0.97795,   -9.262', 'lines'],
    ['-', row, 'lines'],
    ['MICROCAT_20190801.raw', archive, 'raw'],
    ['-', archive, 'raw'],
    ['x.raw', 'nothing like it', 'lines'],
    ['empty.dat', '', 'lines'],
  ];
  for (const [file, first, shape] of cases) assert.equal(shapeOf(file, Buffer.from(first)), shape, `${file} ${first}`);
});
