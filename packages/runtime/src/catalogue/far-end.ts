/** Where records go. One interface for every kind of catalogue, as small as the sync needs it. */
import type { CatalogueConfig, CatalogueRecord } from '@emso/core';

export interface Contact {
  /** What answered, for people: `GeoNetwork 4.2.7`. */
  readonly name: string;
  /** The account may make records visible to everybody; else why not, and who may. */
  readonly mayPublish: true | string;
}

export interface RemoteRecord {
  readonly xml: string;
  /** Everybody can read it. */
  readonly isPublic: boolean;
}

/** Every method throws CatalogueFault when the far end does not do what it is asked, and the reason of the signal when aborted. */
export interface FarEnd {
  /** Its address, without secrets: what is remembered of one far end does not hold for another. */
  readonly identity: string;
  /** Asks who answers, whether it can be used, and what our account may do. */
  open(): Promise<Contact>;
  /** The record as it stands there; undefined when there is none. */
  read(uuid: string): Promise<RemoteRecord | undefined>;
  /** Creates it where `remote` is undefined, else replaces it. Leaves it public where it was. */
  put(record: CatalogueRecord, remote: RemoteRecord | undefined): Promise<void>;
  publish(uuid: string): Promise<void>;
  unpublish(uuid: string): Promise<void>;
  remove(uuid: string): Promise<void>;
}

export type FarEndConfig<Driver extends CatalogueConfig['driver']> = Extract<CatalogueConfig, { driver: Driver }>;
