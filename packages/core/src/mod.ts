export * from './batch.ts';
export * from './build.ts';
export type * from './catalogue-record.ts';
export * from './expert-facts.ts';
export * from './fact-chain.ts';
export * from './flag-schemes.ts';
export * from './flags.ts';
export * from './ids.ts';
export * from './join-batches.ts';
export * from './observations.ts';
export * from './observatory.ts';
export * from './parameters.ts';
export * from './raw-run.ts';
export * from './records.ts';
export type { CatalogueConfig } from './site-catalogue.ts';
export {
  type ComparedValue,
  type Comparison,
  comparedCodes,
  comparedSensors,
  LEVEL_DENSITY,
  type LevelsComparison,
  type PairComparison,
} from './site-comparisons.ts';
export type { DeliveryConfig } from './site-deliveries.ts';
export { type ErddapConfig, type ErddapIds, erddapIds } from './site-erddap.ts';
export type { Bilingual, DatasetMetadata, SeriesMetadata, SiteMetadata } from './site-metadata.ts';
export { CF_VERSIONS, type CfVersion } from './site-netcdf.ts';
export type { PullConfig, PullSource } from './site-pull.ts';
export * from './subjects.ts';
export * from './time.ts';
export * from './vocabulary.ts';
