/** Keyword blocks with their thesaurus, each in an element of its own. */
import type { Keyword, KeywordBlock, Thesaurus } from '../catalogue/keywords.ts';
import { element, type Markup } from '../xml.ts';
import { anchor, anchorOrText, citationDate, freeText, keywordType, property, textProperty } from './nodes.ts';

export function descriptiveKeywords({ type, thesaurus, keywords }: KeywordBlock): Markup {
  return property(
    'descriptiveKeywords',
    element(
      'gmd:MD_Keywords',
      {},
      keywords.map(keyword),
      keywordType(type),
      thesaurus === undefined ? undefined : property('thesaurusName', thesaurusCitation(thesaurus)),
    ),
  );
}

function keyword({ fr, en, uri }: Keyword): Markup {
  if (en !== undefined) return freeText('keyword', { fr, en }, uri);
  return property('keyword', anchorOrText(fr, uri));
}

function thesaurusCitation({ title, uri, identifier, date, dateType }: Thesaurus): Markup {
  return element(
    'gmd:CI_Citation',
    {},
    property('title', anchorOrText(title, uri)),
    citationDate(date, dateType),
    identifier === undefined
      ? undefined
      : property(
          'identifier',
          element(
            'gmd:MD_Identifier',
            {},
            uri === undefined ? textProperty('code', identifier) : property('code', anchor(uri, identifier)),
          ),
        ),
  );
}
