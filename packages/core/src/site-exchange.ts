/** What data centres want to know of the observatory. It changes no daily file, so it stands outside what `build` covers. */
import { z } from 'zod';

const factText = z.string().min(1);

/** Key `exchange` of the site file. */
export const exchangeFacts = z
  .strictObject({
    /** Sea of the OceanSITES attribute `area`. */
    area: factText.optional(),
    /** Region in the names of Copernicus In Situ TAC files: two letters. */
    copernicusRegion: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional(),
  })
  .default({});
