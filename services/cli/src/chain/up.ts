/** `emso up`: the chain in the foreground until a signal. */
import { join, resolve } from 'node:path';
import type { Observatory } from '@emso/core';
import { planObservatory } from '@emso/pipeline';
import { missingFact, readCredentials } from '@emso/runtime/catalogue';
import { loadExpertFacts, loadSiteFile, notInstalledText } from '../site-file.ts';
import { startChain } from './supervisor.ts';

/** Checks the site file, starts everything under `dir`, and returns after SIGINT or SIGTERM when all has stopped. */
export async function up(dir: string, observatoryFile: string, nasDir: string | undefined): Promise<void> {
  const observatory = loadSiteFile(observatoryFile);
  // Services would refuse them one by one.
  loadExpertFacts(observatoryFile, observatory);
  const { notInstalled } = planObservatory(observatory);
  const root = resolve(dir);
  const noCatalogue = whyNoCatalogue(observatory);
  const chain = await startChain({
    observatoryFile: resolve(observatoryFile),
    dir: root,
    nasDir: nasDir === undefined ? undefined : resolve(nasDir),
    catalogue: noCatalogue === undefined,
  });
  process.stderr.write(`Files: ${chain.dataDir}\nLogs: ${join(root, 'logs')}\nLook with: emso status --dir ${dir}\n`);
  if (noCatalogue !== undefined) process.stderr.write(`Catalogue: not followed (${noCatalogue})\n`);
  if (notInstalled.length > 0) process.stderr.write(notInstalledText(notInstalled));
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  process.stderr.write('stopping\n');
  await chain.stop();
}

/** Why catalog-sync is not started. Lines are acquired whatever the catalogue lacks: it is said, and no reason to start nothing. */
function whyNoCatalogue({ catalogue, metadata }: Observatory): string | undefined {
  const missing = missingFact(catalogue);
  if (missing !== undefined) return missing;
  if (metadata === undefined) {
    return "the site file has no key 'metadata', of which records are made: see docs/catalogue.md";
  }
  try {
    readCredentials(process.env);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}
