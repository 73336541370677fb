import { element, xmlDocument } from '../xml.ts';
import { datasetElement, type ErddapDataset } from './dataset.ts';

export type { ErddapAttribute, ErddapDataset, ErddapVariable } from './dataset.ts';
export { type ErddapFinding, erddapFindings } from './rules.ts';
export { type ErddapOptions, type ErddapSource, erddapDatasets, federatedDatasets } from './site-datasets.ts';

/** A whole `datasets.xml`. An ERDDAP that serves other data too takes the `<dataset>` blocks of it. */
export function datasetsXml(datasets: readonly ErddapDataset[]): string {
  return xmlDocument(element('erddapDatasets', {}, datasets.map(datasetElement)));
}
