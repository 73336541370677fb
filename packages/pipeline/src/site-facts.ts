/** What the site file says of the water and the place, for computations that need what a sensor does not measure itself. */
import { type Deployment, inForceAt, type Platform } from '@emso/core';

/** Facts of the site at one time; what is absent is not known. */
export interface SiteFacts {
  readonly salinity?: number;
  readonly pressureDbar?: number;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly depthM?: number;
}

/**
 * Facts that another sensor measures instead of the site's constants, each with the words that say which one and how: the
 * head of a remark in brackets that whoever uses the fact goes on with and closes.
 */
export type DonatedFacts = Readonly<Partial<Record<'salinity' | 'pressureDbar', string>>>;

/** The facts in force at a time; an entry is looked for only when the time leaves the one before. */
export function siteFactsOf(platform: Platform, { depthM }: Pick<Deployment, 'depthM'>): (timeMs: number) => SiteFacts {
  const { latitude, longitude, depthM: siteDepthM } = platform.position;
  const place = {
    ...(latitude !== 'unknown' && { latitude }),
    ...(longitude !== 'unknown' && { longitude }),
    ...(depthM !== 'unknown' ? { depthM } : siteDepthM !== undefined && { depthM: siteDepthM }),
  };
  const starts = platform.siteConstants.map(({ validFrom }) => validFrom);
  let known: { from: number; to: number; facts: SiteFacts } = { from: 1, to: 0, facts: place };
  return (timeMs) => {
    if (timeMs >= known.from && timeMs < known.to) return known.facts;
    const constants = inForceAt(platform.siteConstants, timeMs);
    known = {
      from: constants?.validFrom ?? Number.NEGATIVE_INFINITY,
      to: starts.find((start) => start > timeMs) ?? Number.POSITIVE_INFINITY,
      facts: { ...constants, ...place },
    };
    return known.facts;
  };
}
