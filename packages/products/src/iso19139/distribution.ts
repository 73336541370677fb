/** Where the data can be had: formats, who hands them out, addresses. */
import type { Observatory } from '@emso/core';
import type { CatalogueEntry } from '../catalogue/entries.ts';
import type { OnlineLink } from '../catalogue/links.ts';
import { element, type Markup } from '../xml.ts';
import { publisherParty } from './identification.ts';
import {
  anchorOrText,
  characterString,
  codeProperty,
  freeText,
  property,
  responsibleParty,
  textProperty,
} from './nodes.ts';

const NETCDF = 'http://inspire.ec.europa.eu/media-types/application/x-netcdf';

export function distribution(site: Observatory['observatory'], entry: CatalogueEntry): Markup {
  const bytes = entry.csvBytes + entry.netcdfBytes;
  return property(
    'distributionInfo',
    element(
      'gmd:MD_Distribution',
      {},
      format('NetCDF', NETCDF, '3 (64-bit offset), CF-1.6, ACDD-1.3, OceanSITES 1.4'),
      format('CSV', undefined, undefined),
      property(
        'distributor',
        element(
          'gmd:MD_Distributor',
          {},
          // DataCite's rules look for the publisher's name here, as plain text.
          property('distributorContact', responsibleParty(publisherParty(site, 'distributor'), true)),
        ),
      ),
      property(
        'transferOptions',
        element(
          'gmd:MD_DigitalTransferOptions',
          {},
          bytes === 0 ? undefined : property('transferSize', element('gco:Real', {}, megabytes(bytes))),
          entry.links.map((link) => property('onLine', onlineResource(link))),
        ),
      ),
    ),
  );
}

/** MB with one decimal: a size, not an account. */
function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function format(name: string, uri: string | undefined, version: string | undefined): Markup {
  return property(
    'distributionFormat',
    element(
      'gmd:MD_Format',
      {},
      property('name', anchorOrText(name, uri)),
      version === undefined
        ? element('gmd:version', { 'gco:nilReason': 'inapplicable' }, characterString(''))
        : textProperty('version', version),
    ),
  );
}

function onlineResource({ url, protocol, name, description, function: purpose }: OnlineLink): Markup {
  return element(
    'gmd:CI_OnlineResource',
    {},
    property('linkage', element('gmd:URL', {}, url)),
    textProperty('protocol', protocol),
    name.fr === name.en ? textProperty('name', name.fr) : freeText('name', name),
    description === undefined ? undefined : freeText('description', description),
    codeProperty('function', 'CI_OnLineFunctionCode', purpose),
  );
}
