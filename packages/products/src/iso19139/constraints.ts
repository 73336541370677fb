/** Two blocks, as INSPIRE counts them: who may see the data, and how they may be used. */
import type { Bilingual, Observatory, SiteMetadata } from '@emso/core';
import { element, type Markup } from '../xml.ts';
import { anchor, codeProperty, freeText, property, textProperty } from './nodes.ts';

const NO_LIMITATIONS = {
  uri: 'http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations',
  fr: 'Pas de restriction d’accès public',
  en: 'No limitations to public access',
};

export function constraints(
  { access, license }: Observatory['observatory'],
  { accessLimitation, licence, useLimitation }: SiteMetadata,
  citation: Bilingual,
): Markup[] {
  const limitation = access === 'public' ? NO_LIMITATIONS : (accessLimitation ?? NO_LIMITATIONS);
  const legal = (...children: Markup[]): Markup =>
    property('resourceConstraints', element('gmd:MD_LegalConstraints', {}, ...children));
  return [
    legal(
      codeProperty('accessConstraints', 'MD_RestrictionCode', 'otherRestrictions'),
      freeText('otherConstraints', limitation, limitation.uri),
    ),
    legal(
      freeText('useLimitation', { fr: `Citer : ${citation.fr}`, en: `Cite: ${citation.en}` }),
      freeText('useLimitation', useLimitation),
      codeProperty('useConstraints', 'MD_RestrictionCode', 'otherRestrictions'),
      property('otherConstraints', anchor(licence.url, licence.fr)),
      // A licence that is only a link is not seen by GeoNetwork's rules.
      textProperty('otherConstraints', `${licence.fr} (SPDX: ${license})`),
    ),
  ];
}
