/** Relayed lines: the instrument's own line is decoded where it stands in the relay's, which is what the archive keeps. */
import { type Envelope, envelopeOpener } from '@emso/core';
import { type DecodeLine, reject } from '@emso/instruments';

/**
 * Hands the line inside the envelope to `decode`. A record without this envelope, or for another address, is rejected: what a
 * relay says of itself is not known, so nothing of it is taken for an instrument's.
 */
export function withinEnvelope(envelope: Envelope, decode: DecodeLine): DecodeLine {
  const open = envelopeOpener(envelope);
  return (bytes, start, end, batch) => {
    const inner = open(bytes, start, end);
    if (inner === undefined || inner.address !== envelope.address) return reject('envelope', start);
    return decode(bytes, inner.start, inner.end, batch);
  };
}
