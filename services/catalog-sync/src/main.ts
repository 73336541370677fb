/**
 * The sync of the catalogue: records follow the data by themselves. It listens to what the writer seals, and brings what changed to the
 * far end that the site file names; what it could not bring is tried again. It changes nothing but the catalogue and its own notes.
 */
import { settingsFaults } from '@emso/pipeline';
import { applyTopology, ConfigFaults, connectBus, ENV, lockDataRoot, runService, workBatched } from '@emso/runtime';
import {
  CREDENTIALS_ENV,
  type Credentials,
  type CredentialsEnv,
  farEndOf,
  missingFact,
  readCredentials,
  SyncMemory,
} from '@emso/runtime/catalogue';
import { z } from 'zod';
import { catalogueMetrics } from './metrics.ts';
import { NextRound } from './next-round.ts';
import { recordsIn, renderedRecords } from './records.ts';
import { Rounds } from './rounds.ts';

const directory = z.string().min(1);
/** Timers take no more. */
const milliseconds = z.coerce.number().int().positive().max(0x7fff_ffff);
const NEWS_LIMIT = 10;

await runService({
  name: 'catalog-sync',
  check: settingsFaults,
  config: z.object({
    EMSO_NATS_URL: ENV.EMSO_NATS_URL,
    EMSO_CATALOGUE_DIR: directory.describe('a directory for what the sync remembers, on a local disk'),
    EMSO_DATA_DIR: ENV.EMSO_DATA_DIR.optional(),
    EMSO_CATALOGUE_RECORDS_DIR: directory
      .optional()
      .describe('a directory of records to take as they are, or nothing to render them from the data root'),
    EMSO_CATALOGUE_INTERVAL_MS: milliseconds
      .default(3_600_000)
      .describe('how often the whole catalogue is compared, in ms'),
    EMSO_CATALOGUE_DEBOUNCE_MS: milliseconds
      .default(60_000)
      .describe('how long nothing may be sealed before records are pushed, in ms'),
    EMSO_CATALOGUE_RETRY_MS: milliseconds.default(5000).describe('the first wait after a failure, in ms'),
    EMSO_CATALOGUE_TIMEOUT_MS: milliseconds.default(60_000).describe('the longest wait for one answer, in ms'),
    ...CREDENTIALS_ENV,
  }),
  async start({ config: { env, observatory }, log, metrics, signal, fail }) {
    const { catalogue } = observatory;
    const missing = missingFact(catalogue);
    const own = catalogueMetrics(metrics.registry);
    if (missing !== undefined || catalogue === undefined) {
      log.info({ why: missing }, 'idle');
      return { ready: () => true, stop: async () => undefined };
    }
    const { EMSO_CATALOGUE_RECORDS_DIR: recordsDir, EMSO_DATA_DIR: dataDir, EMSO_CATALOGUE_DIR: stateDir } = env;
    if (recordsDir === undefined && (dataDir === undefined || observatory.metadata === undefined)) {
      const what = dataDir === undefined ? 'EMSO_DATA_DIR' : "the key 'metadata' of the site file";
      throw new ConfigFaults([`${what}: expected what records are made of, found nothing: see docs/catalogue.md`]);
    }
    const farEnd = farEndOf(catalogue, {
      credentials: credentialsOf(env),
      timeoutMs: env.EMSO_CATALOGUE_TIMEOUT_MS,
      signal,
    });
    const onDamaged = (what: string): void =>
      log.warn(
        { reason: 'manifest-damaged' },
        `${what}: the day is not counted; the next start of the writer repairs it`,
      );
    const lock = lockDataRoot(env.EMSO_CATALOGUE_DIR);
    const memory = SyncMemory.open(env.EMSO_CATALOGUE_DIR, farEnd.identity, (why) =>
      log.warn({ reason: 'notes-lost' }, `${why}: everything is compared with the catalogue again`),
    );
    const rounds = new Rounds({
      farEnd,
      memory,
      recordsOf: () =>
        recordsDir === undefined
          ? renderedRecords({ observatory, dataDir: dataDir!, stateDir, onDamaged })
          : recordsIn(recordsDir),
      publish: catalogue.publish,
      intervalMs: env.EMSO_CATALOGUE_INTERVAL_MS,
      retryMs: env.EMSO_CATALOGUE_RETRY_MS,
      log,
      metrics: own,
      signal,
    });
    const next = new NextRound({
      quietMs: env.EMSO_CATALOGUE_DEBOUNCE_MS,
      longestMs: env.EMSO_CATALOGUE_DEBOUNCE_MS * NEWS_LIMIT,
    });
    const syncing = (async () => {
      while (!signal.aborted) {
        const { waitMs, mayHasten } = await rounds.round();
        await next.wait(waitMs, mayHasten, signal);
      }
    })().catch((error: unknown) => {
      if (!signal.aborted) fail(error);
    });
    const listening = (async () => {
      const bus = await connectBus({ url: env.EMSO_NATS_URL, name: 'catalog-sync', log, metrics, fail, signal });
      await applyTopology(bus, { signal });
      const worker = workBatched({
        bus,
        stream: 'PRODUCT',
        consumer: {
          durable: 'catalog-sync',
          filterSubject: 'product.>',
          maxAckPending: 256,
          ackWaitMs: 5000,
        },
        stage: 'catalogue',
        signal,
        maxMessages: 256,
        gatherMs: 0,
        // It only says that something changed: a round compares all there is, and one follows every start.
        async handler() {
          next.news();
          return 'ack';
        },
      });
      await worker.done;
      await bus.close();
    })().catch((error: unknown) => {
      if (!signal.aborted) fail(error);
    });
    return {
      // Without the bus it still does its work, an interval late.
      ready: () => rounds.state(),
      async stop() {
        await Promise.all([syncing, listening]);
        lock.release();
      },
    };
  },
});

/** The account. Throws ConfigFaults, so that the process ends as for any other setting. */
function credentialsOf(env: CredentialsEnv): Credentials | undefined {
  try {
    return readCredentials(env);
  } catch (error) {
    throw new ConfigFaults([(error as Error).message]);
  }
}
