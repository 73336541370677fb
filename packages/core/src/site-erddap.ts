/** The ERDDAP that serves the files: where it answers, and where it sees the data root. Changes no product. */
import { z } from 'zod';

export const erddapConfig = z.strictObject({
  /** Base address, `https://…/erddap`. */
  url: z.url({ protocol: /^https?$/ }).refine((url) => !url.endsWith('/'), {
    error: ({ input }) =>
      `expected an address without a slash at its end, such as https://host/erddap, found '${String(input)}'`,
  }),
  /** The data root, or its copy on the NAS, as ERDDAP sees it: an absolute path. */
  filesDir: z.union([z.string().regex(/^\/.*[^/]$/), z.literal('unknown')], {
    error: ({ input }) => `expected an absolute path without a slash at its end, or unknown, found '${String(input)}'`,
  }),
  /** Who may see data that are not public: a role of ERDDAP's users. */
  role: z.string().min(1).default('emso'),
});

export type ErddapConfig = z.output<typeof erddapConfig>;
