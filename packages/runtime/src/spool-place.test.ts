import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { spoolPlaceFault } from './spool-place.ts';

const LOCAL = async (): Promise<number> => 0xef53;

describe('PROMISE 5: a spool that lies with the store of nats-server', () => {
  const root = temporaryDirectory('place');
  // What nats-server and a person's other directories look like.
  for (const dir of [
    'nats/jetstream/$G/streams/RAW',
    'own/jetstream/notes',
    'spool/mii/cstar',
    'all/nats/jetstream/A/streams',
  ])
    mkdirSync(join(root, dir), { recursive: true });
  const table: [dir: string, refused: boolean][] = [
    ['spool', false],
    ['not/made/yet', false],
    ['own', false],
    ['own/spool', false],
    ['nats', true],
    ['nats/spool', true],
    ['nats/jetstream/spool', true],
    ['nats/jetstream/$G/streams/RAW/spool', true],
    ['all', true],
  ];
  for (const [dir, refused] of table) {
    test(`${dir}: ${refused ? 'refused' : 'taken'}`, async () => {
      const found = await spoolPlaceFault(join(root, dir), LOCAL);
      if (refused) assert.match(found ?? '', /EMSO_SPOOL_DIR: expected .* found .*nats.*jetstream: move/);
      else assert.equal(found, undefined);
    });
  }
});

test('PROMISE 5: a spool on a network file system', async () => {
  const dir = join(temporaryDirectory('place'), 'later');
  assert.equal(await spoolPlaceFault(dir), undefined, 'the disk of this machine');
  for (const type of [0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0xff534d42 | 0]) {
    assert.match(
      (await spoolPlaceFault(dir, async () => type)) ?? '',
      /expected a local disk, found .* on (NFS|SMB|CIFS)/,
    );
  }
});
