/**
 * What the catalogue knows of the observatory, one entry a record: the series of the site, a series a platform, a data set for
 * each dataset id. Every other form (ISO 19139, DataCite, schema.org, DCAT, maDMP) is written from these.
 */
import {
  type Bilingual,
  type DatasetMetadata,
  erddapIds,
  isoDay,
  type Observatory,
  type Parameter,
  type Platform,
  parameterOf,
  type SeriesMetadata,
} from '@emso/core';
import { type Extent, extentOf } from './extent.ts';
import { type KeywordBlock, keywordBlocks } from './keywords.ts';
import { type LineageStep, lineageSteps } from './lineage.ts';
import { linksOf, type OnlineLink, plotUrl, type Served } from './links.ts';
import type { CatalogueInput, SensorSource } from './sources.ts';
import { uuidV5 } from './uuid.ts';

export type Contact = Observatory['observatory']['contacts'][number];

export interface CatalogueEntry {
  readonly kind: 'site' | 'platform' | 'dataset';
  /** Id of the observatory, platform or data set. */
  readonly id: string;
  readonly uuid: string;
  readonly parent?: { readonly id: string; readonly uuid: string };
  readonly title: Bilingual;
  readonly abstract: Bilingual;
  readonly purpose?: Bilingual;
  readonly status: SeriesMetadata['status'];
  readonly edition?: string;
  /** ISO days, or `unknown`. */
  readonly published: string;
  readonly created: string;
  /** ISO day: the last ingested day, or that of the texts while nothing was ingested. */
  readonly revised: string;
  /** What to cite: the own DOI, else that of the platform. */
  readonly doi?: string;
  /** Nobody else has this one. */
  readonly ownDoi?: string;
  readonly related: SeriesMetadata['related'];
  readonly platforms: readonly Platform[];
  readonly sources: readonly SensorSource[];
  /** What is measured and computed, each once, in column order. */
  readonly parameters: readonly Parameter[];
  readonly extent: Extent;
  readonly keywords: readonly KeywordBlock[];
  readonly steps: readonly LineageStep[];
  readonly links: readonly OnlineLink[];
  readonly plot?: string;
  readonly csvBytes: number;
  readonly netcdfBytes: number;
  readonly files: number;
  readonly rows: number;
  readonly withdrawn: boolean;
}

/** A sensor that has no record, and why: somebody has to decide something. */
export interface MissingEntry {
  readonly id: string;
  readonly reason: 'dataset-unknown' | 'not-described';
}

export interface CatalogueModel {
  readonly input: CatalogueInput;
  /** Parents before children. */
  readonly entries: readonly CatalogueEntry[];
  readonly missing: readonly MissingEntry[];
}

/** Every record that can be made of the site file and the ledger, and what is missing for the others. */
export function catalogueModel(input: CatalogueInput): CatalogueModel {
  const { observatory, metadata, sensors } = input;
  const missing: MissingEntry[] = [];
  const entries: CatalogueEntry[] = [];
  const site = metadata.series[observatory.observatory.id];
  const published = sensors.filter(({ sensor }) => sensor.dataset !== 'unknown');
  if (site === undefined) missing.push({ id: observatory.observatory.id, reason: 'not-described' });
  else entries.push(seriesEntry(input, site, observatory.observatory.id, observatory.platforms, published));
  for (const platform of observatory.platforms) {
    const described = metadata.series[platform.id];
    const own = published.filter((source) => source.platform === platform);
    if (described === undefined) missing.push({ id: platform.id, reason: 'not-described' });
    else if (own.length > 0) entries.push(seriesEntry(input, described, platform.id, [platform], own));
  }
  for (const { sensor } of sensors) {
    if (sensor.dataset === 'unknown') missing.push({ id: sensor.id, reason: 'dataset-unknown' });
  }
  for (const id of new Set(published.map(({ sensor }) => sensor.dataset))) {
    const described = metadata.datasets[id];
    if (described === undefined) missing.push({ id, reason: 'not-described' });
    else
      entries.push(
        datasetEntry(
          input,
          described,
          id,
          published.filter(({ sensor }) => sensor.dataset === id),
        ),
      );
  }
  return { input, entries, missing };
}

function seriesEntry(
  input: CatalogueInput,
  described: SeriesMetadata,
  id: string,
  platforms: readonly Platform[],
  sources: readonly SensorSource[],
): CatalogueEntry {
  const { observatory } = input;
  const site = observatory.observatory;
  const isSite = id === site.id;
  const platform = isSite ? undefined : platforms[0];
  const title = described.title ?? {
    fr: platform === undefined ? site.title.fr : `${site.title.fr} – ${platform.oso} : ${platform.title.fr}`,
    en: platform === undefined ? site.title.en : `${site.title.en} – ${platform.oso}: ${platform.title.en}`,
  };
  return {
    kind: isSite ? 'site' : 'platform',
    ...(isSite ? {} : { parent: { id: site.id, uuid: uuidV5(site.uuidNamespace, site.id) } }),
    withdrawn: false,
    ...common(input, described, { id, title, platforms, sources, doi: described.doi ?? platform?.doi, isOwn: true }),
  };
}

function datasetEntry(
  input: CatalogueInput,
  described: DatasetMetadata,
  id: string,
  sources: readonly SensorSource[],
): CatalogueEntry {
  const platforms = [...new Set(sources.map(({ platform }) => platform))];
  const { observatory } = input;
  const parent = platforms[0].id;
  const of = sources.length === 1 ? sources[0].sensor.title : undefined;
  const title = described.title ?? {
    fr: `${observatory.observatory.title.fr} – ${platforms[0].oso} – ${of?.fr ?? id}`,
    en: `${observatory.observatory.title.en} – ${platforms[0].oso} – ${of?.en ?? id}`,
  };
  const served = servedAs(input, id, sources);
  const plot = served && plotUrl(served, described);
  return {
    kind: 'dataset',
    parent: { id: parent, uuid: uuidV5(observatory.observatory.uuidNamespace, parent) },
    withdrawn: !described.inCatalogue,
    ...(plot !== undefined && { plot }),
    ...common(input, described, {
      id,
      title,
      platforms,
      sources,
      doi: described.doi ?? platforms[0].doi,
      isOwn: described.doi !== undefined,
      served,
    }),
  };
}

/** Where the data of a data set are served; undefined while the site file names no ERDDAP. */
function servedAs(
  { observatory: { erddap } }: CatalogueInput,
  dataset: string,
  [first]: readonly SensorSource[],
): Served | undefined {
  return erddap && { url: erddap.url, ids: erddapIds(dataset, first.sensor) };
}

interface Particulars {
  readonly id: string;
  readonly title: Bilingual;
  readonly platforms: readonly Platform[];
  readonly sources: readonly SensorSource[];
  readonly doi: string | undefined;
  readonly isOwn: boolean;
  readonly served?: Served | undefined;
}

type Common = Omit<CatalogueEntry, 'kind' | 'parent' | 'plot' | 'withdrawn'>;

function common(
  input: CatalogueInput,
  described: SeriesMetadata | DatasetMetadata,
  { id, title, platforms, sources, doi, isOwn, served }: Particulars,
): Common {
  const { observatory, metadata } = input;
  const parameters = parametersOf(sources);
  const days = sources.flatMap(({ ledger }) => ledger.lastDay ?? []);
  const sum = (of: (source: SensorSource) => number): number => sources.reduce((total, each) => total + of(each), 0);
  return {
    id,
    uuid: uuidV5(observatory.observatory.uuidNamespace, id),
    title,
    abstract: described.abstract,
    ...(described.purpose !== undefined && { purpose: described.purpose }),
    status: described.status,
    ...(described.edition !== undefined && { edition: described.edition }),
    published: described.published,
    created: described.created,
    revised: days.length === 0 ? metadata.revised : isoDay(Math.max(...days)),
    ...(doi !== undefined && { doi, ...(isOwn && { ownDoi: doi }) }),
    related: described.related,
    platforms,
    sources,
    parameters,
    extent: extentOf(input, platforms, sources),
    keywords: keywordBlocks(input, { platforms, sources, parameters, own: described.keywords }),
    steps: lineageSteps(sources),
    links: linksOf(served, described, doi, observatory.observatory.homepage),
    csvBytes: sum(({ ledger }) => ledger.csvBytes),
    netcdfBytes: sum(({ ledger }) => ledger.netcdfBytes),
    files: sum(({ ledger }) => ledger.files),
    rows: sum(({ ledger }) => ledger.rows),
  };
}

/** The parameters of sensors, each meaning once: two sensors may mean different things by one code. */
function parametersOf(sources: readonly SensorSource[]): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const { sensor, codes } of sources) {
    for (const code of codes) {
      const parameter = parameterOf(sensor, code);
      found.set(`${code} ${parameter.p01 ?? ''}`, parameter);
    }
  }
  return [...found.values()];
}
