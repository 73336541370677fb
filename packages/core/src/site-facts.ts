/** Facts of the observatory that describe its data to others: who publishes, under which name, found by which keywords. */
import { z } from 'zod';
import { factText } from './site-text.ts';
import { KEYWORD_VOCABULARIES, type KeywordVocabulary } from './vocabulary.ts';

const url = z.url({ protocol: /^https?$/ });
const edmo = z.number().int().positive();
/** Keywords are written as lists with commas between them. */
const keywordText = factText.refine((text) => !text.includes(','), {
  error: (issue) => `expected a keyword without a comma, found '${String(issue.input)}'`,
});
const vocabularies = Object.keys(KEYWORD_VOCABULARIES) as KeywordVocabulary[];

/** Another body that stands for the data beside the institution. */
const body = z.strictObject({ name: factText, edmo, ror: factText });

/** Keys of `observatory` in the site file; everything here goes into files, so it is part of `build`. */
export const describingFacts = {
  /** Named after the institution, in this order. */
  partners: z.array(body).default([]),
  publisher: z
    .strictObject({ name: factText, email: z.union([z.email(), z.literal('unknown')]), url, edmo: edmo.optional() })
    .optional(),
  project: z.strictObject({ name: factText, code: factText.optional(), url: url.optional() }).optional(),
  /** The programme that the observatory is part of. */
  program: factText.optional(),
  /** Reversed domain name of whoever gives the ids of data sets. */
  namingAuthority: factText.optional(),
  /** Page about the observatory. */
  homepage: url.optional(),
  /** Networks that the data belong to. */
  networks: z.array(factText).default(['EMSO']),
  /** Keywords of every data set, beside those that follow from its parameters, instrument, platform and site. */
  keywords: z
    .array(z.strictObject({ label: keywordText, uri: url, vocabulary: z.enum(vocabularies), type: keywordText }))
    .default([]),
};
