/** What the sync counts, beside what every service does. */
import { FAR_END_STATES, RECORD_STATES, type SyncState, WRITES } from '@emso/runtime/catalogue';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Outcomes of a push: what was written, and why something was not. */
const OUTCOMES = [
  ...WRITES,
  ...RECORD_STATES.filter((state) => !['ok', 'withdrawn', 'pending', 'orphan'].includes(state)),
];

export interface CatalogueMetrics {
  readonly pushes: Counter<'outcome'>;
  /** Shows where the records and the far end stand. */
  show(state: SyncState): void;
}

/** Registers the metrics, each state and outcome from the start: an alert on an increase must see the first one. */
export function catalogueMetrics(registry: Registry): CatalogueMetrics {
  const registers = [registry];
  const records = new Gauge({
    name: 'emso_catalogue_records',
    help: 'Records by where they stand in the catalogue',
    labelNames: ['state'],
    registers,
  });
  const farEnd = new Gauge({
    name: 'emso_catalogue_far_end',
    help: '1 for the state of the catalogue as a whole',
    labelNames: ['state'],
    registers,
  });
  const pushes = new Counter({
    name: 'emso_catalogue_pushes_total',
    help: 'Changes made in the catalogue, and attempts that failed, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'emso_catalogue_last_success_timestamp_seconds',
    help: 'End of the last round after which the catalogue had every record; 0 for never',
    registers,
  });
  for (const outcome of OUTCOMES) pushes.inc({ outcome }, 0);
  for (const state of RECORD_STATES) records.set({ state }, 0);
  for (const state of FAR_END_STATES) farEnd.set({ state }, 0);
  return {
    pushes,
    show(state) {
      const entries = Object.values(state.records);
      for (const each of RECORD_STATES) {
        records.set({ state: each }, entries.filter((entry) => entry.state === each).length);
      }
      for (const each of FAR_END_STATES) farEnd.set({ state: each }, each === state.farEnd.state ? 1 : 0);
      if (state.lastSuccess !== undefined) lastSuccess.set(Date.parse(state.lastSuccess) / 1000);
    },
  };
}
