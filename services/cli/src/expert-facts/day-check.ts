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
    const verdict = dayVerdict(dataDir, plan, day);
    if (verdict === undefined) continue;
    if (verdict.state === 'sealed') days.set(day, verdict.content);
    else refused.push(`${isoDay(day)}: ${verdict.why}`);
  }
  return { days, refused };
}

/** What a day's files are; `why` they are not what today's configuration and decisions make of a whole day. */
export type DayVerdict =
  | { readonly state: 'sealed'; readonly content: ManifestContent }
  | { readonly state: 'incomplete'; readonly content: ManifestContent; readonly why: string }
  | { readonly state: 'open'; readonly why: string }
  | { readonly state: 'refused'; readonly why: string };

/** Looks at one day; undefined when nothing was measured on it. */
export function dayVerdict(dataDir: string, plan: SensorPlan, day: number): DayVerdict | undefined {
  const { manifest, raw } = productPaths(plan.sensor, day);
  const path = join(dataDir, manifest);
  if (!existsSync(path)) {
    return existsSync(join(dataDir, raw)) ? { state: 'open', why: 'open, it has no products yet' } : undefined;
  }
  const refused = (why: string): DayVerdict => ({ state: 'refused', why });
  let found: ReturnType<typeof decodeManifest>;
  try {
    found = decodeManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    return refused(`its manifest cannot be read (${(error as Error).message})`);
  }
  const { content, history } = found;
  if (history.state === 'open') return { state: 'open', why: 'open' };
  if (history.pending) return refused('about to be sealed again, records came late');
  if (content.build !== plan.build) return refused(`stale, of build ${content.build} instead of ${plan.build}`);
  if (content.expertFlags !== expertDigest(plan, day, 'sealed')) {
    return refused('stale, sealed with other expert flags');
  }
  if (history.state === 'sealed') return { state: 'sealed', content };
  return { state: 'incomplete', content, why: 'incomplete, spooled records of it are missing' };
}
