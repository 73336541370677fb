/** The NetCDF file of a day as bytes, of the kind that the site file asks for. */
import { type DayInput, describeDay, encodeNetcdf3 } from '@emso/products';
import type { DayForm } from './day.ts';
import type { SensorPlan } from './plan.ts';

/**
 * Open days are netCDF-3 whatever the setting: they are written once a minute, and read while they grow. Throws where a sealed day
 * has to be netCDF-4 and the caller's plan has no encoder for it.
 */
export function encodedDay({ netcdf4, sensor }: SensorPlan, input: DayInput, form: DayForm): Uint8Array {
  const file = describeDay(input);
  if (form === 'open' || input.observatory.observatory.netcdf.format === 'netcdf3') return encodeNetcdf3(file);
  if (netcdf4 === undefined) {
    throw new Error(`${sensor.id}: expected an encoder of netCDF-4 for a sealed day: give one to planObservatory`);
  }
  return netcdf4(file, input.lastReceivedMs);
}
