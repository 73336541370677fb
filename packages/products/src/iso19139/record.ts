/** A catalogue record as it is rendered, compared and sent. */
export interface CatalogueRecord {
  readonly uuid: string;
  readonly parentUuid?: string;
  readonly level: 'series' | 'dataset';
  readonly title: string;
  readonly xml: string;
  /** Of what the record says: `canonicalHash`. */
  readonly contentHash: string;
  /** No longer offered: to be unpublished, never deleted unless told. */
  readonly withdrawn?: boolean;
}
