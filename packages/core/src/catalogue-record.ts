/** What the catalogue gets of one dataset or series: a whole ISO 19139 record, and what must be known of it to bring it there. */
export interface CatalogueRecord {
  /** Version 5, lower case: the fileIdentifier. */
  readonly uuid: string;
  /** Of the record that must exist first. */
  readonly parentUuid?: string;
  readonly level: 'series' | 'dataset';
  readonly title: string;
  /** ISO 19139, UTF-8, with its dateStamp. */
  readonly xml: string;
  /** SHA-256 of the canonical form, which leaves out what GeoNetwork rewrites. */
  readonly contentHash: string;
  /** To be unpublished. */
  readonly withdrawn?: boolean;
}
