/**
 * The publisher: gives the institute's NAS verified copies of the data root. It knows no broker and writes nothing into the data
 * root; a NAS that stalls for minutes stalls this process alone.
 */
import { readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { backoffMs, ConfigFaults, ENV, lockDataRoot, pause, runService } from '@emso/runtime';
import { z } from 'zod';
import { askForReload, datasetsByFile, flagAddresses, setFlag } from './erddap-flags.ts';
import { publisherMetrics } from './metrics.ts';
import { Nas } from './nas.ts';
import { REASONS } from './publish-fault.ts';
import { Publisher } from './publisher.ts';
import { StallWatch } from './stall-watch.ts';

const DAY_MS = 86_400_000;
const LONGEST_WAIT_MS = 300_000;

const directory = z.string().min(1);
/** Timers take no more. */
const milliseconds = z.coerce.number().int().positive().max(0x7fff_ffff);

await runService({
  name: 'publisher',
  config: z.object({
    EMSO_DATA_DIR: ENV.EMSO_DATA_DIR,
    EMSO_NAS_DIR: directory.describe('the directory on the NAS that gets the copies, with the file .emso-nas in it'),
    EMSO_PUBLISHER_DIR: directory.describe('a directory for what the publisher remembers, on a local disk'),
    EMSO_ERDDAP_FLAG_DIR: directory
      .optional()
      .describe('the folder <bigParentDirectory>/flag of ERDDAP, or nothing for no flags'),
    EMSO_ERDDAP_FLAG_URLS_FILE: z
      .string()
      .min(1)
      .optional()
      .describe('a file with the addresses that set flags, one a line, where that folder cannot be reached'),
    EMSO_PUBLISH_INTERVAL_MS: milliseconds.default(60_000).describe('how often the data root is looked through, in ms'),
    EMSO_STALL_LIMIT_MS: milliseconds
      .default(30_000)
      .describe('how long one operation on the NAS may take before it is reported, in ms'),
    EMSO_VERIFY_DAYS: z.coerce
      .number()
      .positive()
      .max(3650)
      .default(30)
      .describe('in how many days every copy is read back once'),
  }),
  async start({ config: { env, observatory }, log, metrics, signal, fail }) {
    const { EMSO_DATA_DIR, EMSO_NAS_DIR, EMSO_PUBLISHER_DIR } = env;
    demandApart({ EMSO_DATA_DIR, EMSO_NAS_DIR, EMSO_PUBLISHER_DIR });
    const lock = lockDataRoot(env.EMSO_PUBLISHER_DIR);
    const watch = new StallWatch({
      limitMs: env.EMSO_STALL_LIMIT_MS,
      onStall: (what) => {
        own.failures.inc({ reason: 'stalled' });
        log.error(
          { reason: 'stalled' },
          `NAS: expected to ${what} within ${env.EMSO_STALL_LIMIT_MS} ms, found no answer: it is waited for, nothing else is tried meanwhile; look at the NAS and the network`,
        );
      },
      onEnd: (what, tookMs) => log.warn({ reason: 'stall-over', tookMs: Math.round(tookMs) }, `${what} has ended`),
    });
    const own = publisherMetrics(metrics.registry, REASONS, () => watch.stalled()?.forMs ?? 0);
    const setOf = flagSetter(env.EMSO_ERDDAP_FLAG_DIR, env.EMSO_ERDDAP_FLAG_URLS_FILE);
    const publisher = new Publisher({
      root: env.EMSO_DATA_DIR,
      nas: new Nas(env.EMSO_NAS_DIR, watch),
      observatory: observatory.observatory.id,
      stateDir: env.EMSO_PUBLISHER_DIR,
      flags:
        setOf === undefined
          ? undefined
          : {
              datasetsOf: datasetsByFile(observatory),
              set: (dataset) => watch.run(`set the flag ${dataset} of ERDDAP`, () => setOf(dataset)),
            },
      roundLimitMs: env.EMSO_PUBLISH_INTERVAL_MS,
      verifyPeriodMs: env.EMSO_VERIFY_DAYS * DAY_MS,
      log,
      metrics: own,
    });
    const publishing = (async () => {
      for (let faults = 0; !signal.aborted; ) {
        const { fault, more } = await publisher.round(signal);
        faults = fault === undefined ? 0 : faults + 1;
        if (fault !== undefined) await pause(backoffMs(faults - 1, { firstMs: 1000, capMs: LONGEST_WAIT_MS }), signal);
        else if (!more) await pause(env.EMSO_PUBLISH_INTERVAL_MS, signal);
      }
    })();
    publishing.catch(fail);
    return {
      ready() {
        const stalled = watch.stalled();
        if (stalled === undefined) return publisher.state();
        return `NAS: no answer for ${Math.round(stalled.forMs / 1000)} s to: ${stalled.what}`;
      },
      verifyAll: () => publisher.verifyAll(Date.now()),
      async stop() {
        await publishing;
        lock.release();
      },
    };
  },
  routes(app, service) {
    app.post('/verify', async (_request, reply) => {
      const files = service()?.verifyAll();
      if (files === undefined) return reply.code(503).send({ error: 'the publisher is still starting: ask again' });
      return { files };
    });
  },
});

/** How a flag is set: by file, by request, or not at all. Throws ConfigFaults. */
function flagSetter(
  folder: string | undefined,
  addressesFile: string | undefined,
): ((dataset: string) => Promise<void>) | undefined {
  if (folder !== undefined && addressesFile !== undefined) {
    const either = 'EMSO_ERDDAP_FLAG_DIR or EMSO_ERDDAP_FLAG_URLS_FILE';
    throw new ConfigFaults([`${either}: expected one of them, found both`]);
  }
  if (folder !== undefined) return (dataset) => setFlag(folder, dataset);
  if (addressesFile === undefined) return undefined;
  try {
    const addresses = flagAddresses(readFileSync(addressesFile, 'utf8'));
    return (dataset) => askForReload(addresses, dataset);
  } catch (error) {
    throw new ConfigFaults([`EMSO_ERDDAP_FLAG_URLS_FILE: ${(error as Error).message}`]);
  }
}

/** Copies of copies, or notes among the data, would never end. Throws ConfigFaults. */
function demandApart(directories: Readonly<Record<string, string>>): void {
  const faults: string[] = [];
  for (const [inner, inside] of Object.entries(directories)) {
    for (const [outer, around] of Object.entries(directories)) {
      if (inner === outer || !`${resolve(inside)}${sep}`.startsWith(`${resolve(around)}${sep}`)) continue;
      faults.push(`${inner}: expected a directory outside of ${outer} (${around}), found '${inside}'`);
    }
  }
  if (faults.length > 0) throw new ConfigFaults(faults);
}
