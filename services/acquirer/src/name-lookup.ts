/**
 * Addresses of converters, one name at a time: a look-up blocks a thread of the small pool that also writes the spool, and a
 * name server that does not answer must not take all of them.
 */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

const pending = new Map<string, Promise<LookupAddress[]>>();
let turn: Promise<unknown> = Promise.resolve();

function addressesOf(host: string): Promise<LookupAddress[]> {
  const known = pending.get(host);
  if (known !== undefined) return known;
  const asked = turn.then(() => lookup(host, { all: true })).finally(() => pending.delete(host));
  pending.set(host, asked);
  turn = asked.catch(() => undefined);
  return asked;
}

/** For the `lookup` option of a socket. Who asks for a name that is being looked up gets the same answer. */
export const lookupInTurn: LookupFunction = (host, options, callback) => {
  addressesOf(host).then(
    (addresses) => {
      if (options.all) callback(null, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    },
    (error: NodeJS.ErrnoException) => callback(error, ''),
  );
};
