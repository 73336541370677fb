import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { AppendFile, makeDirectory, removeOrphans, writeAtomic } from './files.ts';

test('a file is replaced whole, and a failure leaves the old one and no rubbish', async () => {
  const dir = temporaryDirectory('files');
  const path = join(dir, 'a.csv');
  await writeAtomic(path, 'one', { fsync: true });
  await writeAtomic(path, new TextEncoder().encode('two'), { fsync: false });
  assert.equal(readFileSync(path, 'utf8'), 'two');
  mkdirSync(join(dir, 'taken', 'full'), { recursive: true });
  await assert.rejects(writeAtomic(join(dir, 'taken'), 'x', { fsync: true }), /EISDIR|ENOTEMPTY|EEXIST/);
  await assert.rejects(writeAtomic(join(dir, 'missing', 'b'), 'x', { fsync: true }), /ENOENT/);
  assert.deepEqual(readdirSync(dir).sort(), ['a.csv', 'taken']);
});

test('orphans of interrupted writes are removed at any depth, other files stay', async () => {
  const dir = temporaryDirectory('files');
  await makeDirectory(join(dir, 'x', 'y'));
  const orphan = join(dir, 'x', 'y', '.a.nc.0123456789ab.emso-tmp');
  const others = ['a.nc', '.hidden', 'a.nc.emso-tmp', '.a.0123.emso-tmp'].map((name) => join(dir, 'x', name));
  for (const path of [orphan, ...others]) writeFileSync(path, '');
  assert.deepEqual(await removeOrphans(dir), [orphan]);
  assert.deepEqual(
    others.filter((path) => !existsSync(path)),
    [],
  );
});

test('the tree that somebody else may be writing is left alone, and no other one whose name begins like it', async () => {
  const dir = temporaryDirectory('files');
  const orphans = ['released/a', 'released-too', 'x/released'].map((name) =>
    join(dir, name, '.a.nc.0123456789ab.emso-tmp'),
  );
  for (const path of orphans) {
    await makeDirectory(dirname(path));
    writeFileSync(path, '');
  }
  assert.deepEqual((await removeOrphans(dir, ['released'])).sort(), orphans.slice(1));
  assert.ok(existsSync(orphans[0]));
});

test('an append file knows its length, is cut back, and refuses to go on after a failure', async () => {
  const dir = temporaryDirectory('files');
  const path = join(dir, 'log');
  const file = await AppendFile.open(path);
  await file.append(Buffer.from('hello '));
  await file.append(Buffer.from('torn'));
  await file.cutTo(6);
  assert.equal(file.length, 6);
  await file.append(Buffer.from('world'));
  await assert.rejects(file.cutTo(100), RangeError);
  await file.close();
  const again = await AppendFile.open(path);
  assert.equal(again.length, 11);
  await again.close();
  await assert.rejects(again.append(Buffer.from('x')));
  await assert.rejects(again.append(Buffer.from('x')), /an earlier write failed: close it/);
  assert.equal(readFileSync(path, 'utf8'), 'hello world');
});
