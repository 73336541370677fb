/** Who gets files, and how far they have them: from the site file and the receipts, and for the NAS from the publisher. Read-only. */
import { readFile } from 'node:fs/promises';
import { type DeliveryConfig, parseObservatory } from '@emso/core';
import { Receipts, receiptsPath } from '../transfer/delivery-files.ts';
import type { DeliveryFacts } from './facts.ts';
import { greatestOf, type ScrapedService } from './scrape.ts';
import type { TableSensor } from './sensor-table.ts';

/** One entry a target. Throws when the site file or receipts cannot be read. */
export async function deliveryFacts(
  dataDir: string,
  table: readonly TableSensor[],
  services: readonly ScrapedService[],
): Promise<DeliveryFacts[]> {
  const site = table.find((sensor) => sensor.site !== undefined)?.site;
  const { deliveries = [] } = site === undefined ? {} : parseObservatory(await readFile(site, 'utf8'), site);
  return [...publisherFacts(services), ...deliveries.map((delivery) => targetFacts(dataDir, delivery))];
}

function publisherFacts(services: readonly ScrapedService[]): DeliveryFacts[] {
  const publishers = services.filter(({ name }) => name === 'publisher');
  if (publishers.length === 0) return [];
  const why = publishers.find(({ notReady }) => notReady !== undefined)?.notReady;
  return [
    {
      target: 'nas',
      kind: 'publisher',
      delivered: greatestOf(publishers, 'emso_publish_delivered_files') ?? null,
      waiting: greatestOf(publishers, 'emso_publish_waiting_files') ?? null,
      lastError: why ?? null,
      at: null,
    },
  ];
}

function targetFacts(dataDir: string, { id, kind }: DeliveryConfig): DeliveryFacts {
  const receipts = new Receipts(receiptsPath(dataDir, id));
  const last = receipts.lastAttempt;
  return {
    target: id,
    kind,
    delivered: receipts.size,
    waiting: last?.attempt.waiting ?? null,
    lastError: last?.attempt.error ?? null,
    at: last?.at ?? null,
  };
}
