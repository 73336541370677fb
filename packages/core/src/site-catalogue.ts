/** The key `catalogue` of the site file: the far end that gets the records. It cannot change a product, so it stands beside `platforms`. */
import { z } from 'zod';

/** Group ids are numbers of the GeoNetwork's own; `unknown` until somebody has asked for it: then nothing is sent. */
const group = z.union([z.number().int().positive(), z.string().min(1)], {
  error: 'expected the number or the name of a group of the GeoNetwork, or unknown',
});

/** Passwords do not stand in files that are shared, and neither does this message show one. */
const address = (what: string) =>
  z.string({ error: `expected ${what}` }).refine(isPlainAddress, {
    error: `expected ${what}: http or https, without user, password, query or final slash`,
  });

function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && !/[?#@]|\/$/.test(text);
}

const shared = {
  /** Make records visible to everybody where the account may; else a person of the catalogue does it. */
  publish: z.boolean().default(true),
};

export const catalogueConfig = z.discriminatedUnion(
  'driver',
  [
    z.strictObject({
      driver: z.literal('geonetwork'),
      url: address('the address of the GeoNetwork such as https://catalogue.example.org/geonetwork'),
      portal: z
        .string()
        .regex(/^[A-Za-z0-9_-]+$/, { error: 'expected the name of a portal, srv where nobody made another' })
        .default('srv'),
      group,
      /** The server then validates too, and may fetch every link of a record: our own validation comes before. */
      rejectIfInvalid: z.boolean().default(false),
      ...shared,
    }),
    z.strictObject({
      driver: z.literal('csw'),
      cswUrl: address(
        'the address of CSW transactions such as https://catalogue.example.org/geonetwork/srv/eng/csw-publication',
      ),
      ...shared,
    }),
    z.strictObject({
      driver: z.literal('directory'),
      directory: z.string({ error: 'expected the path of a directory' }).min(1),
      ...shared,
    }),
  ],
  { error: 'expected a map with driver: geonetwork, csw or directory' },
);

export type CatalogueConfig = z.output<typeof catalogueConfig>;
