/**
 * Where a spool must not lie (PROMISE 5): in one tree with the store of nats-server, which it is the second copy of, or on a
 * network, where an fsync and a lock promise less. What can be seen of that is refused; that they share a disk cannot always be.
 */
import { existsSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** File systems of statfs(2) that live on another machine. */
const NETWORK: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
};

/** What is wrong with `dir`, which need not exist yet, as the place of a spool; undefined when nothing is known to be. */
export async function spoolPlaceFault(
  dir: string,
  typeOf: (path: string) => Promise<number> = async (path) => (await statfs(path)).type,
): Promise<string | undefined> {
  const target = resolve(dir);
  for (let at = target; ; at = dirname(at)) {
    if (await holdsNatsStore(at)) return fault(dir, `the store of nats-server in ${join(at, 'jetstream')}`);
    if (at === dirname(at)) break;
  }
  for (const name of await namesIn(target)) {
    const inside = join(target, name);
    if (await holdsNatsStore(inside)) return fault(dir, `the store of nats-server in ${join(inside, 'jetstream')}`);
  }
  let there = target;
  while (!existsSync(there)) there = dirname(there);
  const network = NETWORK[(await typeOf(there)) >>> 0];
  return (
    network && `EMSO_SPOOL_DIR: expected a local disk, found ${dir} on ${network}: put it on a disk of this machine`
  );
}

function fault(dir: string, found: string): string {
  return `EMSO_SPOOL_DIR: expected a directory apart from what it is the second copy of, found ${dir} in one tree with ${found}: move one of them, to another disk if there is one`;
}

/** `<dir>/jetstream/<account>/streams` is how nats-server keeps streams. */
async function holdsNatsStore(dir: string): Promise<boolean> {
  const store = join(dir, 'jetstream');
  return (await namesIn(store)).some((account) => existsSync(join(store, account, 'streams')));
}

/** Names in a directory; none when there is no such directory, or it is not ours to look into. */
function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(error.code ?? '')) return [];
    throw error;
  });
}
