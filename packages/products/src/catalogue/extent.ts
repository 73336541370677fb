/** Where and when: box, depths and period of a record, from what the site file and the ledger know. */
import { type Bilingual, DAY_MS, dayOf, isoDay, type Platform } from '@emso/core';
import { type CatalogueInput, depthDuring, type SensorSource } from './sources.ts';

export interface Box {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

export interface Extent {
  readonly place: Bilingual;
  /** Absent while no position is known. */
  readonly box?: Box;
  /** The point itself, where one platform has one. */
  readonly point?: { readonly latitude: number; readonly longitude: number };
  /** Least and greatest depth, metres, positive downwards. */
  readonly depthsM?: readonly [least: number, greatest: number];
  /** ISO days of the first and the last; `end` is absent while data still come. */
  readonly begin: string;
  readonly end?: string;
}

/** The extent of sensors on platforms. `platforms` is not empty. */
export function extentOf(
  input: CatalogueInput,
  platforms: readonly Platform[],
  sources: readonly SensorSource[],
): Extent {
  const boxes = platforms.flatMap((platform) => boxOf(input, platform) ?? []);
  const only = platforms.length === 1 ? platforms[0].position : undefined;
  const depths = sources.flatMap(({ sensor }) =>
    sensor.deployments.flatMap((deployment) => depthDuring(sensor, deployment) ?? []),
  );
  const nominal = platforms.flatMap(({ position }) => position.depthM ?? []);
  const known = depths.length > 0 ? depths : nominal;
  const end = endOf(sources);
  return {
    place: placeOf(input, platforms),
    ...(boxes.length > 0 && { box: around(boxes) }),
    ...(typeof only?.latitude === 'number' &&
      typeof only.longitude === 'number' && { point: { latitude: only.latitude, longitude: only.longitude } }),
    ...(known.length > 0 && { depthsM: [Math.min(...known), Math.max(...known)] as const }),
    begin: beginOf(sources),
    ...(end !== undefined && { end }),
  };
}

/** The box that the site file gives for a platform, else one around its position; undefined where neither is known. */
function boxOf({ metadata }: CatalogueInput, { id, position }: Platform): Box | undefined {
  const own = metadata.series[id]?.box;
  if (own !== undefined) return own;
  const { latitude, longitude } = position;
  if (latitude === 'unknown' || longitude === 'unknown') return undefined;
  const margin = metadata.boxMarginDegrees;
  return {
    west: rounded(longitude - margin),
    east: rounded(longitude + margin),
    south: rounded(latitude - margin),
    north: rounded(latitude + margin),
  };
}

function around(boxes: readonly Box[]): Box {
  return {
    west: Math.min(...boxes.map(({ west }) => west)),
    east: Math.max(...boxes.map(({ east }) => east)),
    south: Math.min(...boxes.map(({ south }) => south)),
    north: Math.max(...boxes.map(({ north }) => north)),
  };
}

/** To about a decimetre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1_000_000) / 1_000_000;
}

function placeOf({ observatory, metadata }: CatalogueInput, platforms: readonly Platform[]): Bilingual {
  const words = (language: keyof Bilingual): string =>
    [
      observatory.observatory.title[language],
      ...platforms.map((platform) => {
        const { latitude, longitude } = platform.position;
        if (latitude !== 'unknown' && longitude !== 'unknown') {
          return `${platform.oso} ${latitude}° N ${longitude}° E`;
        }
        const note = metadata.series[platform.id]?.box?.note?.[language];
        const unknown = language === 'fr' ? 'position exacte inconnue' : 'exact position unknown';
        return `${platform.oso} (${note ?? unknown})`;
      }),
    ].join(', ');
  return { fr: words('fr'), en: words('en') };
}

function beginOf(sources: readonly SensorSource[]): string {
  const days = sources.flatMap(({ ledger }) => ledger.firstDay ?? []);
  if (days.length > 0) return isoDay(Math.min(...days));
  return isoDay(Math.min(...sources.map(({ sensor }) => dayOf(sensor.deployments[0].from))));
}

/** The last day, once every sensor's last deployment has ended; while one goes on the extent is open. */
function endOf(sources: readonly SensorSource[]): string | undefined {
  const ends = sources.map(({ sensor }) => sensor.deployments.at(-1)?.to);
  if (ends.some((end) => end === undefined)) return undefined;
  const last = sources.flatMap(({ ledger }) => ledger.lastDay ?? []);
  return isoDay(
    last.length > 0 ? Math.max(...last) : Math.floor((Math.max(...ends.map((end) => end ?? 0)) - 1) / DAY_MS),
  );
}
