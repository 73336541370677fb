/** What a RAW message brought, checked before the archive sees it: one damaged message must not stop the archive of all sensors. */
import { dayOf, decodeRawPayload, sensorOfSubject } from '@emso/core';
import { formatRawRows, rawPathOfUnknown } from '@emso/products';
import type { ArrivedRecords } from './raw-archive.ts';

/** The records of a message. Throws with the finding on a subject or payload that the archive could not write and read back. */
export function readArrived(subject: string, payload: Uint8Array): ArrivedRecords {
  const { platform, sensor } = sensorOfSubject(subject);
  const records = decodeRawPayload(payload);
  formatRawRows(records);
  for (const { receivedMs } of records) rawPathOfUnknown(platform, sensor, dayOf(receivedMs));
  return { platform, sensor, records };
}
