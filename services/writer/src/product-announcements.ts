/** What is said about a sealed day, one message for each of its files. */
import { isoDay, productSubject } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import type { Announcement } from './announcer.ts';
import type { SealedDay } from './sealed-days.ts';

/** The announcements of a day's files. The id names the very bytes: saying it twice is harmless. */
export function productAnnouncements({ platform, sensor }: SensorPlan, { day, manifest }: SealedDay): Announcement[] {
  const { content, history } = manifest;
  return Object.entries(content.files).map(([kind, { path, sha256, bytes }]) => ({
    subject: productSubject(platform.id, sensor.id, kind),
    id: `product/${platform.id}/${sensor.id}/${isoDay(day)}/${kind}/v${history.version}/${sha256.slice(0, 16)}`,
    body: {
      platform: platform.id,
      sensor: sensor.id,
      dataset: sensor.dataset,
      day: isoDay(day),
      kind,
      path,
      sha256,
      bytes,
      rows: content.rows,
      build: content.build,
      state: history.state,
      version: history.version,
    },
  }));
}
