/** What the publisher counts, beside what every service does. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Reason } from './publish-fault.ts';

export interface PublisherMetrics {
  /** Start of the last round that left nothing waiting. */
  readonly lastSuccess: Gauge<'target'>;
  readonly waiting: Gauge;
  readonly delivered: Gauge;
  readonly orphans: Gauge;
  readonly files: Counter<'outcome'>;
  readonly bytes: Counter;
  readonly failures: Counter<'reason'>;
  readonly verified: Counter<'outcome'>;
  readonly stalled: Gauge;
}

/** Registers the metrics; `stalledMs` is asked at each scrape. */
export function publisherMetrics(registry: Registry, reasons: readonly Reason[], stalledMs: () => number) {
  const registers = [registry];
  const metrics: PublisherMetrics = {
    lastSuccess: new Gauge({
      name: 'emso_export_last_success_timestamp_seconds',
      help: 'Start of the last round after which the target had everything',
      labelNames: ['target'],
      registers,
    }),
    delivered: new Gauge({
      name: 'emso_publish_delivered_files',
      help: 'Files that the NAS has, by the receipts of the publisher',
      registers,
    }),
    waiting: new Gauge({ name: 'emso_publish_waiting_files', help: 'Files that the NAS does not have yet', registers }),
    orphans: new Gauge({
      name: 'emso_publish_orphan_files',
      help: 'Published files that the data root no longer has',
      registers,
    }),
    files: new Counter({
      name: 'emso_publish_files_total',
      help: 'Files brought to the NAS, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    bytes: new Counter({ name: 'emso_publish_bytes_total', help: 'Bytes written to the NAS', registers }),
    failures: new Counter({
      name: 'emso_publish_failures_total',
      help: 'Attempts that failed, by cause',
      labelNames: ['reason'],
      registers,
    }),
    verified: new Counter({
      name: 'emso_publish_verified_files_total',
      help: 'Copies read back long after they were written, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    stalled: new Gauge({
      name: 'emso_publish_stalled_seconds',
      help: 'Age of the operation on the NAS that takes longer than its limit; 0 for none',
      registers,
      collect() {
        this.set(stalledMs() / 1000);
      },
    }),
  };
  // From the start: an alert on an increase must see the first one.
  for (const reason of reasons) metrics.failures.inc({ reason }, 0);
  return metrics;
}
