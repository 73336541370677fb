/**
 * What catalogue records say and no computation needs: texts, dates, links and terms of the data sets. A key of its own beside
 * `platforms`, so that a better sentence never makes a product other bytes (it is no part of `build`).
 */
import { z } from 'zod';
import { describeFound } from './config-fault.ts';
import { parseIso } from './time.ts';

const factText = z.string().min(1);
const bilingual = z.strictObject({ fr: factText, en: factText });
const url = z.url({ protocol: /^https?$/, error: expected('a web address (http or https)') });
const unknown = z.literal('unknown');

function expected(what: string) {
  return (issue: { readonly input?: unknown }) => `expected ${what}, found ${describeFound(issue.input)}`;
}

/** A UTC day as text, `2026-11-30`. */
const day = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseIso(text) !== undefined, {
  error: expected('a day such as 2026-11-30'),
});
const dayOrUnknown = z.union([day, unknown], { error: expected('a day such as 2026-11-30, or unknown') });
const urlOrUnknown = z.union([url, unknown], { error: expected('a web address, or unknown') });

const box = z
  .strictObject({
    west: z.number().min(-180).max(180),
    east: z.number().min(-180).max(180),
    south: z.number().min(-90).max(90),
    north: z.number().min(-90).max(90),
    note: bilingual.optional(),
  })
  .refine(({ west, east, south, north }) => west <= east && south <= north, {
    error: 'expected west ≤ east and south ≤ north',
  });

/** A further page or file: what a reader finds there, in both languages. */
const link = z.strictObject({
  url,
  name: bilingual,
  description: bilingual.optional(),
  function: z.enum(['information', 'download', 'search']).default('information'),
});

/** A list of terms that the code does not know: the record quotes it under this name. */
const keywordList = z.strictObject({
  title: factText,
  identifier: factText.optional(),
  uri: url.optional(),
  date: dayOrUnknown,
});

/** What stands in the record of a series (the observatory, a platform) or of a data set. */
const describing = {
  title: bilingual.optional(),
  abstract: bilingual,
  purpose: bilingual.optional(),
  /** First publication, of whatever kind; the day of creation. */
  published: dayOrUnknown,
  created: dayOrUnknown,
  edition: factText.optional(),
  status: z.enum(['onGoing', 'completed', 'planned']).default('onGoing'),
  doi: z
    .string()
    .regex(/^10\.\d+\/\S+$/, { error: expected('a DOI such as 10.17882/75839') })
    .optional(),
  links: z.array(link).default([]),
  /** Terms by list, such as `odatis`. */
  keywords: z.record(z.string(), z.array(factText)).default({}),
  /** Earlier or other publications of the same data. */
  related: z.array(z.strictObject({ doi: factText, note: bilingual.optional() })).default([]),
} as const;

const series = z.strictObject({ ...describing, box: box.optional() });
const dataset = z.strictObject({
  ...describing,
  /** Variables of the overview plot, by code: `[time, TEMP]`. */
  plot: z.array(z.string().regex(/^\w+$/)).min(2).optional(),
  /** False: a record is made and withdrawn from the public catalogue. */
  inCatalogue: z.boolean().default(true),
});

/** The questions of the plan's template: 1a to 6b. */
const question = z.string().regex(/^[1-6][a-d]$/, { error: expected('a question of the plan such as 1a or 5d') });

const plan = z.strictObject({
  title: bilingual,
  description: bilingual,
  /** The plan's own address; unknown while it has none. */
  url: urlOrUnknown,
  created: day,
  ethicalIssues: z.enum(['yes', 'no', 'unknown']),
  personalData: z.enum(['yes', 'no', 'unknown']),
  sensitiveData: z.enum(['yes', 'no', 'unknown']),
  /** The day from which the licence holds. */
  licenceFrom: dayOrUnknown,
  preservation: bilingual,
  security: z.array(z.strictObject({ title: factText, description: factText })).default([]),
  host: z.strictObject({
    title: factText,
    url,
    description: factText.optional(),
    /** `unknown` is shown in the plan's page and left out of its JSON. */
    backup: factText,
    availability: factText.optional(),
  }),
  /** What only people know, by question; facts of the site file and the ledger stand below by themselves. */
  answers: z.record(question, factText).default({}),
});

export const siteMetadata = z.strictObject({
  /** The day on which a person last changed these texts: no record is older. */
  revised: day,
  catalogue: z.strictObject({ title: factText, url }).optional(),
  levelNames: z.strictObject({ series: factText, dataset: factText }),
  /** INSPIRE themes, exact texts. */
  themes: z.array(z.strictObject({ uri: url, fr: factText, en: factText })).min(1),
  /** ISO topic categories. */
  topics: z.array(factText).min(1),
  places: z.array(bilingual).min(1),
  /** Plain words, for readers that do not follow links. */
  labels: z.array(factText).default([]),
  keywordLists: z.record(z.string(), keywordList).default({}),
  /** Half width of the box around a point, degrees: some harvesters drop boxes without area. */
  boxMarginDegrees: z.number().min(0).max(1),
  /** Distance that a position is known to, metres. */
  resolutionM: z.number().positive(),
  licence: z.strictObject({ url, fr: factText, en: factText }),
  /** Said once to whoever uses the data. */
  useLimitation: bilingual,
  /** Why access is limited (INSPIRE code list); needed where `access` is not public. */
  accessLimitation: z.strictObject({ uri: url, fr: factText, en: factText }).optional(),
  /** `award` and `ror` where they are known. */
  funders: z.array(z.strictObject({ name: factText, ror: urlOrUnknown, award: factText.optional() })).default([]),
  lineage: bilingual,
  /** By id of the observatory and of its platforms. */
  series: z.record(z.string(), series),
  /** By data set, as `dataset` of the sensors has it. */
  datasets: z.record(z.string(), dataset),
  plan: plan.optional(),
});

export type SiteMetadata = z.output<typeof siteMetadata>;
export type SeriesMetadata = SiteMetadata['series'][string];
export type DatasetMetadata = SiteMetadata['datasets'][string];
export interface Bilingual {
  readonly fr: string;
  readonly en: string;
}
