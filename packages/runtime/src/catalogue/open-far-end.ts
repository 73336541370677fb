/** The far end that the site file names. */
import type { CatalogueConfig } from '@emso/core';
import type { ConnectionOptions } from './connection.ts';
import { Csw } from './csw.ts';
import type { FarEnd } from './far-end.ts';
import { GeoNetwork } from './geonetwork.ts';
import { RecordDirectory } from './record-directory.ts';

/** Why nothing can be sent with this configuration; undefined when it can. It is no fault: a fact is missing. */
export function missingFact(config: CatalogueConfig | undefined): string | undefined {
  if (config === undefined) return 'the site file has no key catalogue: no record is sent anywhere';
  if (config.driver === 'geonetwork' && config.group === 'unknown') {
    return 'catalogue.group is unknown: no record is sent until the site file names the group of the GeoNetwork';
  }
  return undefined;
}

/** A far end, not opened yet. */
export function farEndOf(config: CatalogueConfig, options: ConnectionOptions): FarEnd {
  switch (config.driver) {
    case 'geonetwork':
      return new GeoNetwork(config, options);
    case 'csw':
      return new Csw(config, options);
    case 'directory':
      return new RecordDirectory(config);
  }
}
