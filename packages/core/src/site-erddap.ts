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

/** Ids of the datasets that ERDDAP has of one dataset of the site file. */
export interface ErddapIds {
  /** Over the daily CSV files, historical names. */
  readonly csv: string;
  /** Over the daily NetCDF files, historical names. */
  readonly netcdf: string;
  /** Over the daily NetCDF files, codes of the parameter table. */
  readonly codes: string;
}

/**
 * The ids by which a dataset is served. Those of CSV were published in upper case for the cabled sensors and in lower case for the
 * mooring, whose table has a column with the station's name: scripts out there know them so.
 */
export function erddapIds(dataset: string, { stationName }: { readonly stationName?: string | undefined }): ErddapIds {
  const csv = stationName === undefined ? '_CSV' : '_csv';
  return { csv: `${dataset}${csv}`, netcdf: `${dataset}_NetCDF`, codes: `${dataset}_CF` };
}
