/** How the NetCDF files of an observatory are written. What is chosen here changes their bytes: it is part of `build`. */
import { z } from 'zod';
import { describeFound } from './config-fault.ts';

/** Versions of the CF conventions whose demands our files meet; from 1.11 on they say more of temperatures and time. */
export const CF_VERSIONS = ['1.6', '1.7', '1.8', '1.9', '1.10', '1.11', '1.12', '1.13'] as const;
export type CfVersion = (typeof CF_VERSIONS)[number];

export const netcdfFacts = z
  .strictObject({
    /** Whose units are written where CF and EMSO disagree: practical salinity, directions, attenuation. */
    profile: z.enum(['cf', 'emso']).default('cf'),
    /** In quotes: without them 1.10 is the number 1.1. */
    cfVersion: z
      .enum(CF_VERSIONS, {
        error: ({ input }) =>
          `expected a version of CF in quotes (${CF_VERSIONS.map((each) => `"${each}"`).join(', ')}), found ${describeFound(input)}`,
      })
      .default('1.6'),
    /** Of sealed days. A day that still grows is always netCDF-3. */
    format: z.enum(['netcdf3', 'netcdf4']).default('netcdf3'),
  })
  .prefault({});
