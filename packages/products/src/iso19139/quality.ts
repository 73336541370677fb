/** How good the data are and how they came to be. */
import type { SiteMetadata } from '@emso/core';
import type { CatalogueEntry } from '../catalogue/entries.ts';
import { type LineageStep, stepTime } from '../catalogue/lineage.ts';
import { element, type Markup } from '../xml.ts';
import { anchor, citationDate, codeProperty, freeText, property, unknown } from './nodes.ts';

/** The regulation that INSPIRE wants data to be compared with; ours have not been. */
const REGULATION = {
  title:
    'COMMISSION REGULATION (EU) No 1089/2010 of 23 November 2010 implementing Directive 2007/2/EC of the European Parliament and of the Council as regards interoperability of spatial data sets and services',
  uri: 'http://data.europa.eu/eli/reg/2010/1089',
  date: '2010-12-08',
};

export function quality({ lineage }: SiteMetadata, level: 'series' | 'dataset', entry: CatalogueEntry): Markup {
  return property(
    'dataQualityInfo',
    element(
      'gmd:DQ_DataQuality',
      {},
      property('scope', element('gmd:DQ_Scope', {}, codeProperty('level', 'MD_ScopeCode', level))),
      property('report', element('gmd:DQ_DomainConsistency', {}, property('result', conformance()))),
      property('lineage', element('gmd:LI_Lineage', {}, freeText('statement', lineage), entry.steps.map(processStep))),
    ),
  );
}

function conformance(): Markup {
  return element(
    'gmd:DQ_ConformanceResult',
    {},
    property(
      'specification',
      element(
        'gmd:CI_Citation',
        {},
        property('title', anchor(REGULATION.uri, REGULATION.title)),
        citationDate(REGULATION.date, 'publication'),
      ),
    ),
    freeText('explanation', { fr: 'Conformité non évaluée', en: 'Conformity not evaluated' }),
    unknown('pass'),
  );
}

function processStep(step: LineageStep): Markup {
  const at = stepTime(step);
  return property(
    'processStep',
    element(
      'gmd:LI_ProcessStep',
      {},
      freeText('description', step),
      at === undefined ? undefined : property('dateTime', element('gco:DateTime', {}, at)),
    ),
  );
}
