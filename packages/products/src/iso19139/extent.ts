/** Where, when and how deep. */
import type { CatalogueEntry } from '../catalogue/entries.ts';
import type { Box } from '../catalogue/extent.ts';
import { element, type Markup } from '../xml.ts';
import { freeText, property } from './nodes.ts';

/** Depth below mean sea level, positive downwards. */
const DEPTH_CRS = 'http://www.opengis.net/def/crs/EPSG/0/5715';

export function extentProperty({ extent }: CatalogueEntry): Markup {
  const { place, box, begin, end, depthsM } = extent;
  return property(
    'extent',
    element(
      'gmd:EX_Extent',
      {},
      freeText('description', place),
      box === undefined ? undefined : property('geographicElement', boundingBox(box)),
      property('temporalElement', temporal(begin, end)),
      depthsM === undefined ? undefined : property('verticalElement', vertical(depthsM)),
    ),
  );
}

function boundingBox({ west, east, south, north }: Box): Markup {
  const bound = (name: string, degrees: number): Markup =>
    property(name, element('gco:Decimal', {}, withDecimals(degrees)));
  return element(
    'gmd:EX_GeographicBoundingBox',
    {},
    bound('westBoundLongitude', west),
    bound('eastBoundLongitude', east),
    bound('southBoundLatitude', south),
    bound('northBoundLatitude', north),
  );
}

/** Two decimals at least, as INSPIRE asks. */
function withDecimals(degrees: number): string {
  const text = String(degrees);
  const decimals = text.split('.')[1]?.length ?? 0;
  return decimals >= 2 ? text : degrees.toFixed(2);
}

function temporal(begin: string, end: string | undefined): Markup {
  return element(
    'gmd:EX_TemporalExtent',
    {},
    property(
      'extent',
      element(
        'gml:TimePeriod',
        { 'gml:id': 'period' },
        element('gml:beginPosition', {}, begin),
        end === undefined
          ? element('gml:endPosition', { indeterminatePosition: 'now' })
          : element('gml:endPosition', {}, end),
      ),
    ),
  );
}

function vertical([least, greatest]: readonly [number, number]): Markup {
  return element(
    'gmd:EX_VerticalExtent',
    {},
    property('minimumValue', element('gco:Real', {}, least)),
    property('maximumValue', element('gco:Real', {}, greatest)),
    element('gmd:verticalCRS', { 'xlink:href': DEPTH_CRS, 'xlink:title': 'EPSG:5715 – MSL depth' }),
  );
}
