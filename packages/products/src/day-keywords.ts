/**
 * Keywords of a day's file: terms that follow from site, platform, instrument and parameters, and those of the site file. Three
 * parallel lists, and the vocabularies that they come from (EMSO keywords.md): no free text.
 */
import {
  codeOfUrn,
  KEYWORD_VOCABULARIES,
  type KeywordVocabulary,
  osoUri,
  p07Code,
  parameterOf,
  termOf,
} from '@emso/core';
import { text, UNKNOWN } from './attributes.ts';
import type { DayInput } from './day-input.ts';
import type { NetcdfAttribute } from './netcdf-file.ts';

export interface Keyword {
  readonly label: string;
  readonly uri: string;
  readonly vocabulary: KeywordVocabulary;
  readonly type: string;
}

/** The keywords of a sensor's files, each once. Terms with a comma in their label cannot stand in EMSO's lists: they are left out. */
export function keywordsOf(
  input: Pick<DayInput, 'observatory' | 'platform' | 'sensor' | 'model' | 'batch'>,
): Keyword[] {
  const { observatory, platform, sensor, model, batch } = input;
  const site = observatory.observatory;
  const parameters = batch.codes.map((code) => parameterOf(sensor, code));
  const all: (Keyword | undefined)[] = [
    ofOso(site.regionalFacility, 'region'),
    ofOso(site.site, 'site'),
    ofOso(platform.oso, 'platform'),
    ofNvs('L06', codeOfUrn(platform.type), 'platform'),
    ofNvs('L05', sensor.l05 ?? model.l05, 'device'),
    ...parameters.map(({ p02 }) => ofNvs('P02', p02, 'parameter')),
    ...parameters.map(({ standardName, technical }) =>
      ofNvs('P07', technical || standardName === undefined ? undefined : p07Code(standardName), 'parameter'),
    ),
    ...site.keywords,
  ];
  const byUri = new Map<string, Keyword>();
  for (const keyword of all) {
    if (keyword === undefined || keyword.label.includes(',') || byUri.has(keyword.uri)) continue;
    byUri.set(keyword.uri, keyword);
  }
  return [...byUri.values()];
}

function ofOso(label: string, type: string): Keyword | undefined {
  const uri = osoUri(label);
  return uri === undefined ? undefined : { label, uri, vocabulary: 'OSO', type };
}

function ofNvs(vocabulary: 'L05' | 'L06' | 'P02' | 'P07', code: string | undefined, type: string): Keyword | undefined {
  const term = code === undefined || code === UNKNOWN ? undefined : termOf(vocabulary, code);
  return term && { label: term.label, uri: term.uri, vocabulary, type };
}

export function keywordAttributes(input: DayInput): NetcdfAttribute[] {
  const keywords = keywordsOf(input);
  const vocabularies = [...new Set(keywords.map(({ vocabulary }) => vocabulary))].map((id) => KEYWORD_VOCABULARIES[id]);
  return [
    ...text('keywords', keywords.map(({ label }) => label).join(', ')),
    ...text('keywords_uri', keywords.map(({ uri }) => uri).join(' ')),
    ...text('keywords_type', keywords.map(({ type }) => type).join(', ')),
    ...text('keywords_vocabulary', vocabularies.map(({ title }) => title).join(', ')),
    ...text('keywords_vocabulary_uri', vocabularies.map(({ uri }) => uri).join(' ')),
  ];
}
