/** The record of a dataset or series, as renderer and catalogue agree on it. */
export type { CatalogueRecord } from '@emso/core';
