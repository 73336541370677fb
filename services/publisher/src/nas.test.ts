import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { systemError } from './fixtures/publisher-setup.ts';
import { Nas, type NasCalls } from './nas.ts';
import type { PublishFault } from './publish-fault.ts';
import { StallWatch } from './stall-watch.ts';

const { O_DIRECT } = fs.constants;

function nasOf(calls: Partial<NasCalls> = {}): Nas {
  const watch = new StallWatch({ limitMs: 60_000, onStall: () => undefined, onEnd: () => undefined });
  return new Nas(temporaryDirectory('nas'), watch, { ...fs, ...calls });
}

const isDirect = (flags: unknown): boolean => typeof flags === 'number' && (flags & O_DIRECT) !== 0;

/** File systems that refuse to be read around the page cache, at opening or at reading. */
const SYSTEMS: [name: string, open: typeof fs.open][] = [
  ['as it is', fs.open],
  [
    'open refuses O_DIRECT',
    (path, flags, mode) => (isDirect(flags) ? Promise.reject(systemError('EINVAL')) : fs.open(path, flags, mode)),
  ],
  [
    'read refuses it',
    async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      return isDirect(flags) ? Object.assign(handle, { read: () => Promise.reject(systemError('EINVAL')) }) : handle;
    },
  ],
];
for (const [name, open] of SYSTEMS) {
  test(`PROMISE 24: what is read back is what was written, ${name}`, async () => {
    const nas = nasOf({ open });
    for (const length of [0, 1, 511, 4096, 4097, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 5]) {
      const bytes = Buffer.alloc(length, `${length} `);
      const path = `${length}.nc`;
      assert.equal((await nas.create(path, bytes)).bytes, length);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      assert.deepEqual(await nas.digest(path), { bytes: length, sha256 });
      assert.equal(await nas.readText(path), bytes.toString());
    }
  });
}

test('PROMISE 24: a read that fails otherwise is not tried another way', async () => {
  let opened = 0;
  const nas = nasOf({
    open: (...args) => {
      opened++;
      return args[1] === 'wx' ? fs.open(...args) : Promise.reject(systemError('ESTALE'));
    },
  });
  await nas.create('x', Buffer.from('x'));
  await assert.rejects(nas.digest('x'), (fault: PublishFault) => fault.reason === 'stale');
  assert.equal(opened, 2);
});

test('PROMISE 24: an error at close is an error of the write: NFS tells it there', async () => {
  const nas = nasOf({
    open: async (...args) => {
      const handle = await fs.open(...args);
      const close = handle.close.bind(handle);
      return Object.assign(handle, {
        close: async () => {
          await close();
          throw systemError('EDQUOT');
        },
      });
    },
  });
  await assert.rejects(nas.create('x', Buffer.from('x')), (fault: PublishFault) => {
    assert.equal(fault.reason, 'full');
    assert.match(fault.message, new RegExp(`^NAS: expected to close ${join(nas.root, 'x')}, found 'EDQUOT: injected'`));
    return true;
  });
});
