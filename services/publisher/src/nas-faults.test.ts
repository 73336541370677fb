import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { DAY, ID, type Setup, setUp, systemError } from './fixtures/publisher-setup.ts';

const NONE: string[] = [];

describe('PROMISE 24: the sentinel', () => {
  const ABSENT: [name: string, arrange: (nas: string) => void][] = [
    ['nothing there', () => undefined],
    ['the mount point itself is missing', (nas) => rmSync(nas, { recursive: true })],
    ['of another observatory', (nas) => writeFileSync(join(nas, '.emso-nas'), 'elsewhere\n')],
    ['empty', (nas) => writeFileSync(join(nas, '.emso-nas'), '')],
    ['a directory', (nas) => mkdirSync(join(nas, '.emso-nas'))],
    ['a link', (nas) => symlinkSync('/etc/hostname', join(nas, '.emso-nas'))],
  ];
  for (const [name, arrange] of ABSENT) {
    test(`${name}: nothing is written, the error says what to do, and once`, async () => {
      const setup = setUp({ sentinel: false });
      setup.day('a\n', 'CDF');
      arrange(setup.nasDir);
      const before = existsSync(setup.nasDir) ? readdirSync(setup.nasDir) : undefined;
      for (let i = 0; i < 3; i++) assert.equal((await setup.round()).fault?.reason, 'no-sentinel');
      assert.deepEqual(existsSync(setup.nasDir) ? readdirSync(setup.nasDir) : undefined, before);
      assert.deepEqual(setup.errors(), ['no-sentinel']);
      assert.match(String(setup.publisher.state()), /create the file once: echo test-site > .*\/\.emso-nas$/);
      assert.equal(await setup.metric('emso_publish_failures_total', { reason: 'no-sentinel' }), 3);
      rmSync(join(setup.nasDir, '.emso-nas'), { recursive: true, force: true });
      mkdirSync(setup.nasDir, { recursive: true });
      writeFileSync(join(setup.nasDir, '.emso-nas'), ID);
      await setup.round();
      assert.equal(setup.copies().length, 3);
      assert.equal(setup.publisher.state(), true);
    });
  }

  const GONE: [name: string, after: keyof Setup['calls'], instead: string | undefined][] = [
    ['before the copy', 'lstat', undefined],
    ['between copy and rename', 'open', undefined],
    ['before the copy, and another one comes', 'lstat', ID],
    ['between copy and rename, and another one comes', 'open', ID],
  ];
  for (const [name, after, instead] of GONE) {
    test(`the mount goes ${name}: nothing gets its name, and the copies are whole`, async () => {
      const setup = setUp();
      setup.day('a\n', 'CDF');
      await setup.round();
      setup.day('b\n', 'CDF2', { version: 2 });
      let gone = false;
      let renamed = 0;
      // Another directory under the name, as at an unmounting.
      const unmount = (): void => {
        if (gone) return;
        gone = true;
        renameSync(setup.nasDir, `${setup.nasDir}-server`);
        mkdirSync(setup.nasDir);
        if (instead !== undefined) writeFileSync(join(setup.nasDir, '.emso-nas'), instead);
      };
      if (after === 'lstat') {
        let looks = 0;
        setup.calls.lstat = (async (...args: Parameters<typeof fs.lstat>) => {
          // The first look proves the mount.
          if (++looks === 2) unmount();
          return fs.lstat(...args);
        }) as typeof fs.lstat;
      } else {
        let opened = 0;
        setup.calls.open = async (path, ...more) => {
          const handle = await fs.open(path, ...more);
          // The second time to be read back.
          if (String(path).endsWith('.emso-tmp') && ++opened === 2) unmount();
          return handle;
        };
        setup.calls.rename = async (from, to) => {
          if (gone) renamed++;
          await fs.rename(from, to);
        };
      }
      const report = await setup.round();
      assert.ok(gone);
      assert.equal(report.fault?.reason, 'no-sentinel');
      assert.equal(renamed, 0, 'no rename where the mount is gone');
      assert.deepEqual(setup.copies(), NONE, 'nothing on the local disk under the mount point');
      Object.assign(setup.calls, fs);
      rmSync(setup.nasDir, { recursive: true });
      renameSync(`${setup.nasDir}-server`, setup.nasDir);
      assert.equal(setup.copy(DAY.csv), 'a\n');
      await setup.round();
      assert.equal(setup.copy(DAY.csv), 'b\n');
      assert.equal(setup.copies().length, 3, 'no temporary file is left');
    });
  }

  test('another NAS under the same name gets everything', async () => {
    const setup = setUp();
    setup.day('a\n', 'CDF');
    await setup.round();
    rmSync(setup.nasDir, { recursive: true });
    mkdirSync(setup.nasDir);
    writeFileSync(join(setup.nasDir, '.emso-nas'), ID);
    await setup.round();
    assert.equal(setup.copies().length, 3);
  });
});

describe('PROMISE 24: faults of the NAS', () => {
  const FAULTS: [call: 'open' | 'rename' | 'mkdir', code: string, reason: string][] = [
    ['open', 'ESTALE', 'stale'],
    ['open', 'EROFS', 'refused'],
    ['open', 'EDQUOT', 'full'],
    ['rename', 'EIO', 'io'],
    ['rename', 'ESTALE', 'stale'],
    ['mkdir', 'EACCES', 'refused'],
    ['mkdir', 'ENOSPC', 'full'],
  ];
  for (const [call, code, reason] of FAULTS) {
    test(`${call} says ${code}: counted, said once, the old content stays, and it goes on when it is over`, async () => {
      const setup = setUp();
      setup.day('a\n', 'CDF');
      await setup.round();
      setup.day('b\n', 'CDF2', { version: 2 });
      setup.source(DAY.dat, 'x\n');
      const genuine = { ...setup.calls };
      Object.assign(setup.calls, {
        [call]: (path: string, ...more: never[]) =>
          call === 'open' && !path.endsWith('.emso-tmp') ? fs.open(path, ...more) : Promise.reject(systemError(code)),
      });
      assert.equal((await setup.round()).fault?.reason, reason);
      assert.equal((await setup.round()).fault?.reason, reason);
      assert.deepEqual(setup.errors(), [reason]);
      assert.equal(await setup.metric('emso_publish_failures_total', { reason }), 6, 'three files a round');
      assert.match(String(setup.publisher.state()), new RegExp(`found '${code}: injected'`));
      assert.equal(setup.copy(DAY.csv), 'a\n');
      Object.assign(setup.calls, genuine);
      await setup.round();
      assert.equal(setup.copy(DAY.csv), 'b\n');
      assert.equal(setup.copies().length, 4);
      assert.equal(setup.publisher.state(), true);
    });
  }

  for (const state of ['open', 'sealed'] as const) {
    test(`a fault met with one file of an ${state} day keeps no other waiting but the manifest`, async () => {
      const setup = setUp();
      setup.day('a\n', 'CDF', { state });
      setup.calls.rename = (from, to) =>
        String(to).endsWith('.csv') ? Promise.reject(systemError('EIO')) : fs.rename(from, to);
      assert.equal((await setup.round()).fault, undefined);
      assert.deepEqual(setup.copies(), [DAY.netcdf]);
      assert.notEqual(setup.publisher.state(), true);
      assert.equal(await setup.metric('emso_publish_waiting_files'), 2);
    });
  }

  test('faults that are not in a row do not end a round', async () => {
    const setup = setUp();
    const names = Array.from({ length: 8 }, (_, i) => `dat/Emso_Test/2026-03/TEST_2026030${i + 1}.dat`);
    for (const name of names) setup.source(name, 'x\n');
    setup.calls.rename = (from, to) =>
      /[2468]\.dat$/.test(String(to)) ? Promise.reject(systemError('EIO')) : fs.rename(from, to);
    assert.equal((await setup.round()).fault, undefined);
    assert.deepEqual(
      setup.copies(),
      names.filter((_, i) => i % 2 === 0),
    );
  });

  const RENAMES: [name: string, done: boolean][] = [
    ['that in truth succeeded is a success', true],
    ['that did not is tried again', false],
  ];
  for (const [name, done] of RENAMES) {
    test(`a rename error ${name}`, async () => {
      const setup = setUp();
      setup.source(DAY.dat, 'x\n');
      let renames = 0;
      setup.calls.rename = async (from, to) => {
        renames++;
        if (done) await fs.rename(from, to);
        throw systemError('ENOENT');
      };
      await setup.round();
      assert.equal(setup.copy(DAY.dat), done ? 'x\n' : undefined);
      assert.deepEqual(setup.errors(), done ? NONE : ['other']);
      await setup.round();
      assert.equal(renames, done ? 1 : 2);
      assert.deepEqual(setup.copies(), done ? [DAY.dat] : NONE);
    });
  }

  test('a rename that says yes and did nothing is found out', async () => {
    const setup = setUp();
    setup.source(DAY.dat, 'x\n');
    setup.calls.rename = () => Promise.resolve();
    await setup.round();
    assert.deepEqual(setup.errors(), ['read-back']);
    assert.equal(await setup.metric('emso_publish_files_total'), 0);
    setup.calls.rename = fs.rename;
    await setup.round();
    assert.equal(setup.copy(DAY.dat), 'x\n');
  });

  test('bytes stored wrongly are never seen under the name', async () => {
    const setup = setUp();
    setup.source(DAY.dat, 'old\n');
    await setup.round();
    setup.source(DAY.dat, 'new\n');
    setup.calls.open = async (path, flags, ...more) => {
      const handle = await fs.open(path, flags, ...more);
      if (String(path).endsWith('.emso-tmp') && flags === 'wx') {
        const write = handle.write.bind(handle) as (bytes: Uint8Array) => Promise<unknown>;
        Object.assign(handle, { write: (bytes: Uint8Array) => write(Uint8Array.from(bytes, (byte) => byte ^ 1)) });
      }
      return handle;
    };
    for (let i = 0; i < 2; i++) await setup.round();
    assert.equal(setup.copy(DAY.dat), 'old\n');
    assert.deepEqual(setup.errors(), ['read-back']);
    assert.deepEqual(setup.copies(), [DAY.dat]);
  });

  test('a temporary file that could not be removed is removed later, by the next process too', async () => {
    const setup = setUp();
    setup.source(DAY.dat, 'x\n');
    setup.calls.rename = () => Promise.reject(systemError('EIO'));
    setup.calls.rm = () => Promise.reject(systemError('ESTALE'));
    await setup.round();
    assert.match(setup.copies().join(), /^dat\/.*\/\.TEST_20260301\.dat\.[0-9a-f]{12}\.emso-tmp$/);
    Object.assign(setup.calls, { rename: fs.rename, rm: fs.rm });
    writeFileSync(join(setup.nasDir, dirname(DAY.dat), '.theirs.0123456789ab.emso-tmp'), 'of somebody else');
    setup.restart();
    await setup.round();
    assert.deepEqual(setup.copies(), [join(dirname(DAY.dat), '.theirs.0123456789ab.emso-tmp'), DAY.dat]);
  });
});
