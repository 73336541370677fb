/**
 * Every metric of the project, once, as data: name, help and labels. Base units in the name, counters end in `_total`,
 * timestamps in `_timestamp_seconds`; label values are ids of the site file or words from the code, never data.
 */
import type { Observatory } from '@emso/core';
import { deploymentAt, sensorsOf } from '@emso/core';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const COUNTERS = {
  linesReceived: { name: 'emso_lines_received_total', help: 'Records received from the source', labels: ['sensor'] },
  receivedBytes: { name: 'emso_received_bytes_total', help: 'Bytes received from the source', labels: ['sensor'] },
  sourceReconnects: {
    name: 'emso_source_reconnects_total',
    help: 'Times the link to the source was opened again, by why it was lost',
    labels: ['sensor', 'reason'],
  },
  samplesDecoded: { name: 'emso_samples_decoded_total', help: 'Observations decoded', labels: ['sensor'] },
  decodeFailures: { name: 'emso_decode_failures_total', help: 'Raw records rejected', labels: ['sensor', 'reason'] },
  messagesProcessed: {
    name: 'emso_messages_processed_total',
    help: 'Bus messages handled or published, by outcome',
    labels: ['stage', 'outcome'],
  },
  qcFlags: {
    name: 'emso_qc_flags_total',
    help: 'Values flagged, by OceanSITES flag',
    labels: ['sensor', 'variable', 'flag'],
  },
  qcTestFailures: {
    name: 'emso_qc_test_failures_total',
    help: 'QC tests that answered fail',
    labels: ['sensor', 'test'],
  },
  comparisonFlags: {
    name: 'emso_comparison_flags_total',
    help: 'Rows of comparison files that were written, by OceanSITES flag',
    labels: ['comparison', 'flag'],
  },
  qcTestAnswers: {
    name: 'emso_qc_test_answers_total',
    help: 'Answers of QC tests when a value was flagged first, as OceanSITES flags; what a later value changes is not counted again',
    labels: ['sensor', 'variable', 'test', 'flag'],
  },
  rawArchivedRecords: {
    name: 'emso_raw_archived_records_total',
    help: 'Records in the raw archive, fsynced',
    labels: ['sensor'],
  },
  rawConflicts: {
    name: 'emso_raw_conflicts_total',
    help: 'Record ids seen again with other bytes',
    labels: ['sensor'],
  },
  unknownSourceLines: {
    name: 'emso_unknown_source_lines_total',
    help: 'Records of a sensor that the site file does not know',
    labels: [],
  },
  fastPathDivergenceRows: {
    name: 'emso_fast_path_divergence_rows_total',
    help: 'Rows where the fast path and the rebuild from raw differ',
    labels: ['sensor'],
  },
  archiveChecksumFailures: {
    name: 'emso_archive_checksum_failures_total',
    help: 'Files whose content does not match their manifest',
    labels: [],
  },
  logEvents: { name: 'emso_log_events_total', help: 'Log lines of level warn and above', labels: ['level', 'reason'] },
} as const;

export const GAUGES = {
  buildInfo: { name: 'emso_build_info', help: 'Which build runs', labels: ['service', 'version', 'commit'] },
  sensorInfo: {
    name: 'emso_sensor_info',
    help: 'Sensors of the site file, with the serial number in the water',
    labels: ['sensor', 'platform', 'model', 'serial'],
  },
  sensorExpectedInterval: {
    name: 'emso_sensor_expected_interval_seconds',
    help: 'Time between samples that the site file promises',
    labels: ['sensor'],
  },
  sourceConnected: { name: 'emso_source_connected', help: '1 while the link to the source is up', labels: ['sensor'] },
  lastLine: {
    name: 'emso_sensor_last_line_timestamp_seconds',
    help: 'Reception of the last record, by the clock of the acquirer',
    labels: ['sensor'],
  },
  lastSample: {
    name: 'emso_sensor_last_sample_timestamp_seconds',
    help: 'Time of the last observation',
    labels: ['sensor'],
  },
  clockOffset: {
    name: 'emso_source_clock_offset_seconds',
    help: 'Instrument clock minus reception time',
    labels: ['sensor'],
  },
  productLastWrite: {
    name: 'emso_product_last_write_timestamp_seconds',
    help: 'When a product file of the dataset was last written',
    labels: ['dataset', 'format'],
  },
  queueDepth: { name: 'emso_queue_depth', help: 'Bus messages waiting for this process', labels: ['stage'] },
  spoolBytes: { name: 'emso_spool_bytes', help: 'Size of the spool on disk', labels: [] },
  spoolOldestUnpublished: {
    name: 'emso_spool_oldest_unpublished_timestamp_seconds',
    help: 'Reception of the oldest spooled record that is not published; 0 when all are',
    labels: ['sensor'],
  },
  spoolWaitingRecords: {
    name: 'emso_spool_waiting_records',
    help: 'Spooled records that are not published',
    labels: ['sensor'],
  },
  spoolWaitingBytes: {
    name: 'emso_spool_waiting_bytes',
    help: 'Size in the spool of the records that are not published',
    labels: ['sensor'],
  },
  spoolMemoryBytes: {
    name: 'emso_spool_memory_bytes',
    help: 'Received and not on disk: more than a moment means that the disk does not take it',
    labels: ['sensor'],
  },
  sourcePaused: {
    name: 'emso_source_paused',
    help: '1 while the source is not read because disk and memory are full: its lines are lost',
    labels: ['sensor'],
  },
  // Labelled, so that only who asks the broker says anything, and nobody while it does not answer.
  oldestUnarchived: {
    name: 'emso_oldest_unarchived_timestamp_seconds',
    help: 'Reception of the oldest record in the stream that is not archived; 0 when all are',
    labels: ['stream_name'],
  },
  // The names of the NATS exporter, so that one set of rules serves both.
  streamBytes: { name: 'jetstream_stream_total_bytes', help: 'Size of a stream', labels: ['stream_name'] },
  streamLimit: { name: 'jetstream_stream_limit_bytes', help: 'Most bytes of a stream', labels: ['stream_name'] },
  consumerPending: {
    name: 'jetstream_consumer_num_pending',
    help: 'Messages that were not delivered yet',
    labels: ['stream_name', 'consumer_name'],
  },
  consumerAckPending: {
    name: 'jetstream_consumer_num_ack_pending',
    help: 'Messages delivered and not acknowledged',
    labels: ['stream_name', 'consumer_name'],
  },
  comparisonDifference: {
    name: 'emso_comparison_difference',
    help: 'Latest difference between the compared sensors, in the unit of the parameter',
    labels: ['comparison'],
  },
  dirtyDays: { name: 'emso_dirty_days', help: 'Days that wait for a rebuild from raw', labels: ['sensor'] },
  staleDays: {
    name: 'emso_stale_days',
    help: 'Sealed days computed by another build than the current one',
    labels: ['sensor'],
  },
  ledgerMismatches: {
    name: 'emso_ledger_mismatches',
    help: 'Days whose raw records, CSV, NetCDF and manifest do not agree, as the writer found when it last looked',
    labels: ['sensor'],
  },
  incompleteDays: {
    name: 'emso_incomplete_days',
    help: 'Days sealed although records of their sessions are missing',
    labels: ['sensor'],
  },
} as const;

export const HISTOGRAMS = {
  stageDuration: {
    name: 'emso_stage_duration_seconds',
    help: 'Time to handle one message or batch',
    labels: ['stage'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  ingestLatency: {
    name: 'emso_ingest_latency_seconds',
    help: 'From reception at the acquirer to readable in a product',
    labels: ['sensor'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200],
  },
} as const;

type LabelsOf<T extends { labels: readonly string[] }> = T['labels'][number];

export type Metrics = { readonly registry: Registry } & {
  readonly [K in keyof typeof COUNTERS]: Counter<LabelsOf<(typeof COUNTERS)[K]>>;
} & { readonly [K in keyof typeof GAUGES]: Gauge<LabelsOf<(typeof GAUGES)[K]>> } & {
  readonly [K in keyof typeof HISTOGRAMS]: Histogram<LabelsOf<(typeof HISTOGRAMS)[K]>>;
};

/** The metrics of one process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const made: Record<string, unknown> = { registry: registers[0] };
  for (const [key, { name, help, labels }] of Object.entries(COUNTERS)) {
    made[key] = new Counter({ name, help, labelNames: labels, registers });
  }
  for (const [key, { name, help, labels }] of Object.entries(GAUGES)) {
    made[key] = new Gauge({ name, help, labelNames: labels, registers });
  }
  for (const [key, { name, help, labels, buckets }] of Object.entries(HISTOGRAMS)) {
    made[key] = new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
  }
  return made as Metrics;
}

/** Adds memory, event loop and garbage collection of this process. */
export function collectProcessMetrics(metrics: Metrics): void {
  collectDefaultMetrics({ register: metrics.registry });
}

/** Says which sensors exist and how often they should speak; serial numbers are those in the water at `nowMs`. */
export function announceSensors(metrics: Metrics, observatory: Observatory, nowMs: number): void {
  for (const { platform, sensor } of sensorsOf(observatory)) {
    const { serial } = deploymentAt(sensor, nowMs).deployment;
    metrics.sensorInfo.set({ sensor: sensor.id, platform: platform.id, model: sensor.model, serial }, 1);
    metrics.sensorExpectedInterval.set({ sensor: sensor.id }, sensor.cadenceMs / 1000);
  }
}
