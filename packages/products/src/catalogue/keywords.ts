/** The keywords of a record, one block per vocabulary, each with its thesaurus. */
import {
  codeOfUrn,
  KEYWORD_VOCABULARIES,
  type KeywordVocabulary,
  osoUri,
  type Parameter,
  type Platform,
  type SiteMetadata,
  termOf,
  type VocabularyId,
} from '@emso/core';
import { type CatalogueInput, instrumentTerms, type SensorSource } from './sources.ts';

export interface Thesaurus {
  readonly title: string;
  readonly uri?: string;
  readonly identifier?: string;
  /** ISO day of the edition that the labels come from. */
  readonly date: string;
  readonly dateType: 'publication' | 'revision';
}

export interface Keyword {
  readonly fr: string;
  /** English label, where `fr` is no English. */
  readonly en?: string;
  readonly uri?: string;
}

export interface KeywordBlock {
  readonly type: string;
  readonly thesaurus?: Thesaurus;
  readonly keywords: readonly Keyword[];
}

/** Edition of the copies that the labels in `vocabulary.ts` were read from. */
const NVS_EDITION = '2026-05-15';
const EDITIONS: Readonly<Partial<Record<KeywordVocabulary, string>>> = {
  OSO: '2026-08-21',
  P02: NVS_EDITION,
  P07: NVS_EDITION,
  L05: NVS_EDITION,
  L06: NVS_EDITION,
};

/** As INSPIRE wants it written: title, date and all. */
const INSPIRE_THEMES: Thesaurus = {
  title: 'GEMET - INSPIRE themes, version 1.0',
  uri: 'http://www.eionet.europa.eu/gemet/inspire_themes',
  date: '2008-06-01',
  dateType: 'publication',
};
const CF_NAMES: Thesaurus = {
  title: 'CF Standard Name Table v83',
  uri: 'https://cfconventions.org/Data/cf-standard-names/83/build/cf-standard-name-table.html',
  date: '2023-10-17',
  dateType: 'publication',
};
const DEVICES: Thesaurus = {
  title: 'SeaVoX Device Catalogue',
  uri: 'https://vocab.nerc.ac.uk/collection/L22/current/',
  date: NVS_EDITION,
  dateType: 'revision',
};

function thesaurus(id: KeywordVocabulary): Thesaurus {
  return { ...KEYWORD_VOCABULARIES[id], date: EDITIONS[id] ?? 'unknown', dateType: 'revision' };
}

/** What a record's keywords follow from. */
export interface KeywordFacts {
  readonly platforms: readonly Platform[];
  readonly sources: readonly SensorSource[];
  readonly parameters: readonly Parameter[];
  /** Terms of the site's own lists. */
  readonly own: Readonly<Record<string, readonly string[]>>;
}

/** The blocks that have a keyword, in the order in which a reader wants them. */
export function keywordBlocks({ observatory, metadata }: CatalogueInput, facts: KeywordFacts): KeywordBlock[] {
  const site = observatory.observatory;
  const { platforms, sources, parameters, own } = facts;
  const instruments = sources.map(instrumentTerms);
  const blocks: KeywordBlock[] = [
    { type: 'theme', thesaurus: INSPIRE_THEMES, keywords: metadata.themes },
    {
      type: 'theme',
      thesaurus: thesaurus('P02'),
      keywords: terms(
        'P02',
        parameters.map(({ p02 }) => p02),
      ),
    },
    // Plain text on purpose: some readers pass over keywords that are links.
    { type: 'theme', thesaurus: CF_NAMES, keywords: plain(parameters.map(({ standardName }) => standardName)) },
    ...ownLists(metadata, own),
    {
      type: 'platform_class',
      thesaurus: thesaurus('L06'),
      keywords: terms(
        'L06',
        platforms.map(({ type }) => codeOfUrn(type)),
      ),
    },
    {
      type: 'instrument',
      thesaurus: DEVICES,
      keywords: terms(
        'L22',
        instruments.map(({ l22 }) => l22),
      ),
    },
    {
      type: 'instrument',
      thesaurus: thesaurus('L05'),
      keywords: terms(
        'L05',
        instruments.map(({ l05 }) => l05),
      ),
    },
    {
      type: 'place',
      thesaurus: thesaurus('OSO'),
      keywords: [site.regionalFacility, site.site, ...platforms.map(({ oso }) => oso)].flatMap((label) => {
        const uri = osoUri(label);
        return uri === undefined ? [] : [{ fr: label, uri }];
      }),
    },
    ...siteKeywords(site.keywords),
    { type: 'place', keywords: metadata.places },
    { type: 'project', keywords: plain(projectNames(site)) },
    { type: 'theme', keywords: plain(metadata.labels) },
  ];
  return blocks.filter(({ keywords }) => keywords.length > 0);
}

function projectNames(site: CatalogueInput['observatory']['observatory']): (string | undefined)[] {
  return [site.program, site.project?.name, ...site.networks];
}

/** Each value once, those that are there. */
function plain(values: readonly (string | undefined)[]): Keyword[] {
  return [...new Set(values)].flatMap((fr) => (fr === undefined ? [] : [{ fr }]));
}

function terms(vocabulary: VocabularyId, codes: readonly (string | undefined)[]): Keyword[] {
  return [...new Set(codes)].flatMap((code) => {
    const term = code === undefined ? undefined : termOf(vocabulary, code);
    return term === undefined ? [] : [{ fr: term.label, uri: term.uri }];
  });
}

function ownLists({ keywordLists }: SiteMetadata, own: KeywordFacts['own']): KeywordBlock[] {
  return Object.entries(own).flatMap(([name, labels]) => {
    const list = keywordLists[name];
    if (list === undefined) return [];
    return [{ type: 'theme', thesaurus: { ...list, dateType: 'publication' as const }, keywords: plain(labels) }];
  });
}

function siteKeywords(keywords: CatalogueInput['observatory']['observatory']['keywords']): KeywordBlock[] {
  const byList = new Map<KeywordVocabulary, KeywordBlock>();
  for (const { label, uri, vocabulary, type } of keywords) {
    const before = byList.get(vocabulary)?.keywords ?? [];
    byList.set(vocabulary, { type, thesaurus: thesaurus(vocabulary), keywords: [...before, { fr: label, uri }] });
  }
  return [...byList.values()];
}
