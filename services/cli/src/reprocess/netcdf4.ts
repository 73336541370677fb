/** The encoder of the days that a reprocessing seals, for sites that want netCDF-4: its library is loaded with the first of them, in a thread of its own. */
import type { Netcdf4Encoder } from '@emso/pipeline';
import { withFixedClock } from '@emso/runtime/fixed-clock';

export const NETCDF4: Netcdf4Encoder = withFixedClock(import.meta.resolve('@emso/products/netcdf4'), 'encodeNetcdf4');
