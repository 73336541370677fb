/** Which GeoNetwork answers, and what it does otherwise than others. */
import { CatalogueFault } from './catalogue-fault.ts';

export interface Version {
  readonly text: string;
  /** OVERWRITE deletes the record and inserts it anew: who may see it is forgotten. Until 4.2.4. */
  readonly losesPrivileges: boolean;
}

const KEY = 'system/platform/version';

/** The version in the description of a site; undefined when it has none. */
export function versionOfSite(site: unknown): string | undefined {
  if (typeof site !== 'object' || site === null) return undefined;
  const value = (site as Record<string, unknown>)[KEY];
  if (typeof value === 'string') return value;
  // As the interface describes itself: a list of settings.
  const { settings } = site as { settings?: unknown };
  if (!Array.isArray(settings)) return undefined;
  const found = (settings as { name?: unknown; value?: unknown }[]).find(({ name }) => name === KEY)?.value;
  return typeof found === 'string' ? found : undefined;
}

/** The version in an OpenAPI description; undefined when it has none. */
export function versionOfDescription(description: unknown): string | undefined {
  const { info } = (description ?? {}) as { info?: { version?: unknown } | null };
  return typeof info?.version === 'string' ? info.version : undefined;
}

/** The version, when we know how to talk to it. Throws CatalogueFault: 5 has no way to take a record in. */
export function demandSupported(text: string | undefined, url: string): Version {
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? '')?.map(Number) ?? [];
  if (text === undefined || major === undefined) {
    throw new CatalogueFault(
      'not-geonetwork',
      `${url}: expected ${KEY} in the description of a GeoNetwork, found '${text ?? 'nothing'}': check catalogue.url and catalogue.portal in the site file`,
    );
  }
  if (!(major === 4 || (major === 3 && minor >= 12))) {
    const todo =
      major >= 5
        ? 'GeoNetwork 5 has no interface that takes records in: give the address of the GeoNetwork 4 beside it, or use the driver csw'
        : 'update it, or use the driver csw';
    throw new CatalogueFault('unsupported-version', `${url}: expected GeoNetwork 3.12 or 4, found ${text}: ${todo}`);
  }
  return { text, losesPrivileges: major < 4 || (minor === 2 && (patch || 0) < 5) || minor < 2 };
}
