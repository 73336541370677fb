/** Which days of a data root can be released: sealed, complete, and made with today's configuration and decisions. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isoDay } from '@emso/core';
import { expertDigest, type SensorPlan } from '@emso/pipeline';
import { decodeManifest, type ManifestContent, productPaths } from '@emso/products';

export interface DayCheck {
  /** Days that there are, with what their sealed files are. */
  readonly days: ReadonlyMap<number, ManifestContent>;
  /** Days that cannot be released, each with the reason. */
  readonly refused: readonly string[];
}

/** Looks at every day in [first, end). A day without raw file and manifest is one on which nothing was measured. */
export function checkDays(dataDir: string, plan: SensorPlan, first: number, end: number): DayCheck {
  const days = new Map<number, ManifestContent>();
  const refused: string[] = [];
  for (let day = first; day < end; day++) {
    const { manifest, raw } = productPaths(plan.sensor, day);
    const path = join(dataDir, manifest);
    if (!existsSync(path)) {
      if (existsSync(join(dataDir, raw))) refused.push(`${isoDay(day)}: open, it has no products yet`);
      continue;
    }
    const found = verdictOn(path, plan, day);
    if (typeof found === 'string') refused.push(`${isoDay(day)}: ${found}`);
    else days.set(day, found);
  }
  return { days, refused };
}

/** What the day's files are, or why they cannot be released. */
function verdictOn(path: string, plan: SensorPlan, day: number): ManifestContent | string {
  let manifest: ReturnType<typeof decodeManifest>;
  try {
    manifest = decodeManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    return `its manifest cannot be read (${(error as Error).message})`;
  }
  const { content, history } = manifest;
  if (history.state === 'open') return 'open';
  if (history.state === 'incomplete') return 'incomplete, spooled records of it are missing';
  if (history.pending) return 'about to be sealed again, records came late';
  if (content.build !== plan.build) return `stale, of build ${content.build} instead of ${plan.build}`;
  if (content.expertFlags !== expertDigest(plan, day, 'sealed')) return 'stale, sealed with other expert flags';
  return content;
}
