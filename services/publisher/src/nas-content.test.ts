import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { DAY, setUp } from './fixtures/publisher-setup.ts';

const NONE: string[] = [];

describe('PROMISE 24: what is on the NAS already', () => {
  test('receipts that were lost: compared, not copied; what changed meanwhile is', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    await setup.round();
    rmSync(setup.stateDir, { recursive: true });
    mkdirSync(setup.stateDir);
    setup.day('a\n', 'CDF2', { version: 2 });
    setup.restart();
    await setup.round();
    assert.equal(await setup.metric('emso_publish_files_total', { outcome: 'same' }), 1);
    assert.equal(await setup.metric('emso_publish_files_total', { outcome: 'copied' }), 5);
    assert.equal(setup.copy(DAY.netcdf), 'CDF2');
  });

  test('files of others are left alone, and said once', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    for (const path of [DAY.csv, 'csv/Emso_Test/2026-03/other.csv', 'notes.txt']) {
      mkdirSync(dirname(join(setup.nasDir, path)), { recursive: true });
      writeFileSync(join(setup.nasDir, path), 'theirs');
    }
    mkdirSync(join(setup.nasDir, DAY.netcdf), { recursive: true });
    for (let i = 0; i < 2; i++) await setup.round();
    assert.deepEqual(setup.copies(), [DAY.csv, 'csv/Emso_Test/2026-03/other.csv', 'notes.txt']);
    assert.equal(setup.copy(DAY.csv), 'theirs');
    assert.deepEqual(setup.errors(), ['foreign', 'foreign']);
  });

  test('what the data root no longer has is reported, never removed', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    await setup.round();
    rmSync(join(setup.root, DAY.csv));
    for (let i = 0; i < 2; i++) await setup.round();
    assert.equal(setup.copy(DAY.csv), 'a\n');
    assert.equal(await setup.metric('emso_publish_orphan_files'), 1);
    assert.equal(setup.said.filter(({ reason }) => reason === 'orphan').length, 1);
  });

  test('a data root that is gone is not an empty one', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    await setup.round();
    renameSync(setup.root, `${setup.root}-away`);
    assert.equal((await setup.round()).fault?.reason, 'source-unreadable');
    assert.equal(setup.copies().length, 3);
  });

  const RAW: [name: string, now: string | undefined, copy: string, errors: string[]][] = [
    ['grown', 'row 1\nrow 2\nrow 3\n', 'row 1\nrow 2\nrow 3\n', NONE],
    ['cut', 'row 1\n', 'row 1\nrow 2\n', ['raw-changed']],
    ['emptied', '', 'row 1\nrow 2\n', ['raw-changed']],
    ['rewritten', 'row X\nrow 2\nrow 3\n', 'row 1\nrow 2\n', ['raw-changed']],
  ];
  for (const lost of [false, true]) {
    for (const [name, now, copy, errors] of RAW) {
      test(`a raw file that was ${name}${lost ? ', the receipts lost' : ''}`, async () => {
        const setup = setUp();
        setup.source(DAY.raw, 'row 1\nrow 2\n');
        await setup.round();
        if (lost) {
          rmSync(setup.stateDir, { recursive: true });
          mkdirSync(setup.stateDir);
          setup.restart();
        }
        setup.source(DAY.raw, now ?? '');
        await setup.round();
        assert.equal(setup.copy(DAY.raw), copy);
        assert.deepEqual(setup.errors(), errors);
        if (errors.length === 0) return;
        // Who has looked and decided moves the copy away.
        renameSync(join(setup.nasDir, DAY.raw), join(setup.nasDir, 'kept.raw'));
        await setup.round();
        assert.equal(setup.copy(DAY.raw), now);
        assert.equal(setup.publisher.state(), true);
      });
    }
  }
});

describe('PROMISE 24: verification', () => {
  const DAMAGE: [name: string, damage: (path: string) => void, outcome: string][] = [
    ['a flipped byte', (path) => writeFileSync(path, 'b\n'), 'damaged'],
    ['a shortened copy', (path) => truncateSync(path, 1), 'damaged'],
    ['a missing copy', (path) => rmSync(path), 'missing'],
  ];
  for (const [name, damage, outcome] of DAMAGE) {
    test(`${name} is found, counted and repaired`, async () => {
      const setup = setUp();
      setup.day('a\n', 'CDF');
      await setup.round();
      damage(join(setup.nasDir, DAY.csv));
      assert.equal((await setup.round()).more, false, 'not due yet');
      assert.equal(setup.publisher.verifyAll(Date.now()), 3);
      assert.equal((await setup.round()).more, true);
      assert.equal(await setup.metric('emso_publish_verified_files_total', { outcome: 'well' }), 2);
      assert.equal(await setup.metric('emso_publish_verified_files_total', { outcome }), 1);
      assert.equal((await setup.round()).more, false);
      assert.equal(setup.copy(DAY.csv), 'a\n');
      assert.equal(await setup.metric('emso_publish_files_total', { outcome: 'repaired' }), 1);
      assert.equal(setup.said.filter(({ reason }) => reason === 'copy-damaged').length, 1);
    });
  }

  test('a copy without a source is no case for repair', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    await setup.round();
    rmSync(join(setup.root, DAY.csv));
    setup.publisher.verifyAll(Date.now());
    await setup.round();
    assert.equal(await setup.metric('emso_publish_verified_files_total'), 2);
  });
});
