/** Reference, Absolute and Practical Salinity (TEOS-10). Away from the table Absolute is Reference Salinity: ask insideTable. */
import { finite } from '../finite.ts';
import { type SaarTable, saarOf } from '../saar.ts';
import { SITE_SAAR } from '../saar-site.ts';
import { SSO } from './constants.ts';

const UPS = SSO / 35;

/** Reference Salinity, g/kg, of a practical salinity. */
export function SR_from_SP(SP: number): number {
  return SP >= 0 ? finite(UPS * SP) : Number.NaN;
}

/** Absolute Salinity anomaly ratio at a sea pressure, a longitude east and a latitude north; 0 outside of the table. */
export function SAAR(p: number, lon: number, lat: number, table: SaarTable = SITE_SAAR): number {
  return saarOf(table, p, lon, lat);
}

/** Absolute Salinity, g/kg. */
export function SA_from_SP(SP: number, p: number, lon: number, lat: number, table: SaarTable = SITE_SAAR): number {
  return SP >= 0 ? finite(UPS * SP * (1 + saarOf(table, p, lon, lat))) : Number.NaN;
}

/** Practical salinity of an Absolute Salinity. */
export function SP_from_SA(SA: number, p: number, lon: number, lat: number, table: SaarTable = SITE_SAAR): number {
  return SA >= 0 ? finite(SA / (UPS * (1 + saarOf(table, p, lon, lat)))) : Number.NaN;
}
