/** Where the data can be had: addresses on the ERDDAP server, the DOI's page, and what the site file adds. */
import type { Bilingual, DatasetMetadata, ErddapIds, SeriesMetadata } from '@emso/core';

export type LinkFunction = 'information' | 'download' | 'search';

export interface OnlineLink {
  readonly url: string;
  /** What catalogue readers switch on. */
  readonly protocol: string;
  readonly name: Bilingual;
  readonly description?: Bilingual;
  readonly function: LinkFunction;
  /** Media type of a file; absent for pages and services. */
  readonly mediaType?: string;
  /** The DAP service, which is no file. */
  readonly service?: true;
}

const LINK = 'WWW:LINK-1.0-http--link';
const DOWNLOAD = 'WWW:DOWNLOAD-1.0-http--download';
const METADATA_URL = 'WWW:LINK-1.0-http--metadata-URL';

/** `https://doi.org/…` of a DOI. */
export function doiUrl(doi: string): string {
  return `https://doi.org/${doi}`;
}

/** A data set as an ERDDAP serves it. */
export interface Served {
  /** Base address of the server. */
  readonly url: string;
  readonly ids: ErddapIds;
}

/** The last 30 days as a picture, drawn by the server. */
export function plotUrl({ url, ids }: Served, { plot }: DatasetMetadata): string | undefined {
  return plot === undefined ? undefined : `${url}/tabledap/${ids.codes}.png?${plot.join(',')}&time%3E=now-30days`;
}

/** Every address of a data set or series, the DOI last but for those of the site file. A series is served by nobody. */
export function linksOf(
  served: Served | undefined,
  described: SeriesMetadata | DatasetMetadata,
  doi: string | undefined,
  homepage: string | undefined,
): OnlineLink[] {
  return [
    ...(served === undefined ? [] : erddapLinks(served)),
    ...(doi === undefined ? [] : [doiLink(doi)]),
    ...described.links.map(
      (link): OnlineLink => ({ ...link, protocol: link.function === 'download' ? DOWNLOAD : LINK }),
    ),
    ...(homepage === undefined ? [] : [homepageLink(homepage)]),
  ];
}

function erddapLinks({ url: base, ids: { netcdf: id, csv: csvId } }: Served): OnlineLink[] {
  const dap = `${base}/tabledap/${id}`;
  return [
    {
      url: `${dap}.html`,
      protocol: LINK,
      name: { fr: 'ERDDAP – formulaire d’accès aux données', en: 'ERDDAP – data access form' },
      description: {
        fr: 'Choisir les variables, la période et le format, puis télécharger',
        en: 'Choose variables, period and format, then download',
      },
      function: 'search',
    },
    {
      url: `${base}/info/${id}/index.html`,
      protocol: LINK,
      name: { fr: 'ERDDAP – page du jeu de données', en: 'ERDDAP – dataset page' },
      description: { fr: 'Variables, unités et attributs', en: 'Variables, units and attributes' },
      function: 'information',
    },
    {
      url: `${dap}.nc`,
      protocol: DOWNLOAD,
      name: { fr: 'NetCDF', en: 'NetCDF' },
      description: { fr: 'Toute la série en NetCDF', en: 'The whole series as NetCDF' },
      function: 'download',
      mediaType: 'application/x-netcdf',
    },
    {
      url: `${base}/tabledap/${csvId}.csv`,
      protocol: DOWNLOAD,
      name: { fr: 'CSV', en: 'CSV' },
      description: { fr: 'Toute la série en CSV', en: 'The whole series as CSV' },
      function: 'download',
      mediaType: 'text/csv',
    },
    {
      url: `${base}/tabledap/${csvId}.csv?&time%3E=now-30days`,
      protocol: DOWNLOAD,
      name: { fr: 'CSV, 30 derniers jours', en: 'CSV, last 30 days' },
      description: {
        fr: 'Les 30 derniers jours en CSV ; adresse stable pour un programme',
        en: 'The last 30 days as CSV; a stable address for a program',
      },
      function: 'download',
      mediaType: 'text/csv',
    },
    {
      url: `${base}/files/${id}/`,
      protocol: LINK,
      name: { fr: 'Fichiers journaliers', en: 'Daily files' },
      description: { fr: 'Un fichier par jour UTC', en: 'One file per UTC day' },
      function: 'download',
    },
    {
      url: dap,
      protocol: 'OPeNDAP:OPeNDAP',
      name: { fr: 'OPeNDAP (DAP2)', en: 'OPeNDAP (DAP2)' },
      description: { fr: 'Point d’accès OPeNDAP', en: 'OPeNDAP access point' },
      function: 'download',
      service: true,
    },
  ];
}

function doiLink(doi: string): OnlineLink {
  return {
    url: doiUrl(doi),
    protocol: METADATA_URL,
    name: { fr: 'DOI', en: 'DOI' },
    description: { fr: 'Page de citation du jeu de données', en: 'Citation page of the dataset' },
    function: 'information',
  };
}

function homepageLink(url: string): OnlineLink {
  return {
    url,
    protocol: LINK,
    name: { fr: 'Page de l’observatoire', en: 'Page of the observatory' },
    function: 'information',
  };
}
