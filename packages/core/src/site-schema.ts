/** The shape of the site file: which keys a person may write, and what each must be. Messages say what was expected. */
import { z } from 'zod';
import { expected } from './config-fault.ts';
import { envelopeFaults } from './envelope.ts';
import { isMeasured } from './parameters.ts';
import { catalogueConfig } from './site-catalogue.ts';
import { comparisonsConfig } from './site-comparisons.ts';
import { deliveriesConfig } from './site-deliveries.ts';
import { erddapConfig } from './site-erddap.ts';
import { exchangeFacts } from './site-exchange.ts';
import { describingFacts } from './site-facts.ts';
import { siteMetadata } from './site-metadata.ts';
import { netcdfFacts } from './site-netcdf.ts';
import { pullConfig } from './site-pull.ts';
import { factText } from './site-text.ts';
import { isToken } from './subjects.ts';
import { iso, parseIso } from './time.ts';

const token = z.string().refine(isToken, expected('lower-case letters, digits and hyphens'));
const positive = z.number().positive();
const bilingual = z.strictObject({ fr: factText, en: factText });

/** A fact nobody has confirmed is written `unknown`: printed as such everywhere, never guessed. */
function orUnknown<T extends z.ZodType>(fact: T, what: string) {
  return z.union([fact, z.literal('unknown')], expected(`${what} or unknown`));
}

const instant = z.string(expected('a UTC time such as 2019-05-01T00:00:00Z')).transform((text, context) => {
  const ms = parseIso(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `expected a UTC time such as 2019-05-01T00:00:00Z, found '${text}'` });
  return z.NEVER;
});

const qcConfig = z
  .strictObject({ validFrom: instant })
  // Which tests there are, and what they take, the package of the tests knows.
  .catchall(z.record(z.string(), z.unknown(), expected('tests by name, such as grossRange')))
  .superRefine((qc, context) => {
    for (const code of Object.keys(qc)) {
      if (code === 'validFrom' || isMeasured(code)) continue;
      const message = `expected a code of the parameter table such as TEMP, found '${code}'`;
      context.addIssue({ code: 'custom', path: [code], message });
    }
  });

const ENDPOINT = /^tcp:\/\/[A-Za-z0-9.-]+:(\d{1,5})$/;

function isEndpoint(text: string): boolean {
  const port = Number(ENDPOINT.exec(text)?.[1] ?? 0);
  return port >= 1 && port <= 65_535;
}

/** What the link of a mooring puts around the lines of this sensor. */
const envelopeConfig = z
  .strictObject({ pattern: factText, address: factText.optional() })
  .superRefine((envelope, context) => {
    for (const { key, message } of envelopeFaults(envelope)) {
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });

const deploymentConfig = z.strictObject({
  from: instant,
  to: instant.optional(),
  serial: factText,
  depthM: orUnknown(z.number(), 'a depth in metres'),
  mount: factText.optional(),
  orientation: z.enum(['downward', 'upward', 'horizontal']).optional(),
  endpoint: z.string().refine(isEndpoint, expected('tcp://host:port with a port from 1 to 65535')).optional(),
  /** Where lines come from when not from a socket, e.g. `relayed-files`. */
  source: factText.optional(),
  envelope: envelopeConfig.optional(),
  timePolicy: z.enum(['received', 'instrument', 'relayed']),
  /** Largest believable distance between the instrument clock and reception. */
  clockToleranceMs: positive.default(60_000),
  settings: z.record(z.string(), z.unknown()).default({}),
});

/** A parameter code, or the name of a label: labels have lower-case letters, so a mistyped code is not taken for one. */
function isColumnSource(text: string): boolean {
  return isMeasured(text) || /^(?=.*[a-z])[A-Z][A-Za-z]*(_[A-Za-z]+)*$/.test(text);
}

const sensorConfig = z
  .strictObject({
    id: token,
    model: token,
    title: bilingual.optional(),
    prefix: z.string().regex(/^[A-Za-z0-9_-]+$/, expected('letters, digits, _ and -')),
    folder: z
      .string()
      .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, expected('path parts of letters, digits, _ and -, joined by /'))
      .refine(
        (folder) => folder.split('/')[0] !== '_unconfigured',
        expected('a folder outside _unconfigured, where sensors stand that this file does not know'),
      ),
    dataset: z.string().regex(/^[A-Za-z0-9_.-]+$/, expected('letters, digits, _, . and -, or unknown')),
    cadenceMs: positive,
    stationName: factText.optional(),
    depthTheoreticM: z.number().optional(),
    l22: orUnknown(z.string().regex(/^TOOL\d{4}$/), 'an L22 term such as TOOL0160').optional(),
    /** Device category and manufacturer, where the model does not say. */
    l05: orUnknown(z.string().regex(/^[A-Z0-9]{2,6}$/), 'an L05 term such as WPS').optional(),
    l35: orUnknown(z.string().regex(/^MAN\d{4}$/), 'an L35 term such as MAN0302').optional(),
    /** Columns of the historical CSV: name → parameter code or label. They come first, in this order. */
    csvColumns: z
      .record(
        z.string(),
        z.string().refine(isColumnSource, expected('a parameter code or a label such as Optode_Type')),
      )
      .default({}),
    /** Names of a parameter where this sensor measures it in another sense than the table's row. */
    parameters: z
      .record(
        z.string().refine(isMeasured),
        z.strictObject({
          longName: factText.optional(),
          standardName: factText.optional(),
          p01: z
            .string()
            .regex(/^[A-Z0-9]{8}$/, expected('a P01 term of eight characters'))
            .optional(),
          /** Label of that term as the NERC vocabulary server gives it: without one that is verified a parameter is technical. */
          p01Label: factText.optional(),
        }),
      )
      .optional(),
    deployments: z.array(deploymentConfig).min(1),
    /** Calibration sheets of this sensor: what a sheet holds, its model knows. In force by observation time. */
    calibrations: dated(z.object({ validFrom: instant, source: factText.optional() }).catchall(z.unknown())).default(
      [],
    ),
    qc: dated(qcConfig).default([]),
    /** Sensors whose measurements take the place of site constants when a day is sealed, by what they measure. */
    donors: z
      .strictObject({ salinity: token.optional(), pressure: token.optional() })
      .refine((donors) => Object.keys(donors).length > 0, expected('salinity, pressure or both'))
      .optional(),
  })
  .superRefine(({ deployments }, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    deployments.forEach(({ from, to }, i) => {
      if (to !== undefined && to <= from) {
        fault(['deployments', i, 'to'], `expected an end after ${iso(from)}, found ${iso(to)}`);
      }
      const before = deployments[i - 1];
      const least = before === undefined ? Number.NEGATIVE_INFINITY : (before.to ?? before.from + 1);
      if (from < least) {
        const message = `expected deployments in order and not overlapping, found ${iso(from)} after ${iso(least)}`;
        fault(['deployments', i, 'from'], message);
      }
    });
  });

/** A list of entries in the order of their `validFrom`. */
function dated<T extends z.ZodType<{ readonly validFrom: number }>>(entry: T) {
  return z.array(entry).superRefine((entries, context) => {
    for (const i of outOfOrder(entries)) {
      const message = 'expected a later time than in the entry before';
      context.addIssue({ code: 'custom', path: [i, 'validFrom'], message });
    }
  });
}

/** Indices of dated entries that do not follow the one before them. */
function outOfOrder(entries: readonly { readonly validFrom: number }[]): number[] {
  return entries.flatMap(({ validFrom }, i) => (i > 0 && validFrom <= entries[i - 1].validFrom ? [i] : []));
}

/** Facts of the site that computations use where no sensor measures them; what is not given is not computed. */
const siteConstants = dated(
  z.strictObject({
    validFrom: instant,
    salinity: z.number().optional(),
    pressureDbar: z.number().optional(),
    /** Good enough to compute with where the exact position is unknown: ten kilometres change a depth by a centimetre. */
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
    source: factText.optional(),
  }),
);

const platformConfig = z.strictObject({
  id: token,
  title: bilingual,
  oso: factText,
  type: z.string().regex(/^SDN:L06::\d+$/, expected('an L06 term such as SDN:L06::48')),
  position: z.strictObject({
    latitude: orUnknown(z.number().min(-90).max(90), 'degrees north from -90 to 90'),
    longitude: orUnknown(z.number().min(-180).max(180), 'degrees east from -180 to 180'),
    depthM: z.number().optional(),
    note: factText.optional(),
  }),
  doi: z
    .string()
    .regex(/^10\.\d+\/\S+$/, expected('a DOI such as 10.17882/75839'))
    .optional(),
  /** A day is sealed when nothing came for it during this time. */
  graceMs: positive,
  siteConstants: siteConstants.default([]),
  sensors: z.array(sensorConfig),
});

export const observatoryConfig = z.strictObject({
  observatory: z.strictObject({
    id: token,
    uuidNamespace: z.uuid(),
    title: bilingual,
    summary: bilingual,
    regionalFacility: factText,
    site: factText,
    institution: z.strictObject({ name: factText, edmo: z.number().int(), ror: factText }),
    rightsHolders: z.array(factText).min(1),
    funding: z.array(factText).min(1),
    license: factText,
    licenseNote: factText.optional(),
    ...describingFacts,
    netcdf: netcdfFacts,
    access: z.union(
      [z.enum(['public', 'restricted']), z.strictObject({ embargoedUntil: instant })],
      expected('public, restricted or {embargoedUntil: time}'),
    ),
    contacts: z.array(
      z.strictObject({
        name: factText,
        role: factText,
        email: orUnknown(z.email(), 'an e-mail address'),
        organisation: factText.optional(),
        edmo: z.number().int().optional(),
        orcid: z
          .string()
          .regex(/^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/, expected('an ORCID such as 0000-0003-1694-3807'))
          .optional(),
      }),
    ),
  }),
  metadata: siteMetadata.optional(),
  platforms: z.array(platformConfig).min(1),
  erddap: erddapConfig.optional(),
  comparisons: comparisonsConfig({ token, factText, instant, bilingual }).default([]),
  exchange: exchangeFacts,
  catalogue: catalogueConfig.optional(),
  pull: pullConfig.optional(),
  deliveries: deliveriesConfig.optional(),
});
