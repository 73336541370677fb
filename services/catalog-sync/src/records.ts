/** Where the records come from: the one place that knows. They were rendered before, by `emso catalog render --out`. */
import { type CatalogueRecord, recordOfXml } from '@emso/products';
import { readRecordFiles } from '@emso/runtime/catalogue';

/** The records in `dir`. Throws an Error that names every file that is no record. */
export function recordsOf(dir: string): Promise<CatalogueRecord[]> {
  return readRecordFiles(dir, recordOfXml);
}
