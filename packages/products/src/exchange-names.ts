/**
 * What our quantities are called in other houses, by meaning. A name that is spelt alike may mean something else there: DOXY is a
 * mass of oxygen in OceanSITES and an amount of substance in Copernicus and with us. A quantity without a row has no name in that
 * house and stays out of its files.
 */
import type { Parameter } from '@emso/core';

export interface ExchangeName {
  readonly name: string;
  readonly standardName: string;
  /** The same number in their spelling of the unit: nothing here changes a value. */
  readonly unit: string;
  /** The quantity is meant only where the sensor's P01 term is not one of these. */
  readonly notP01?: readonly string[];
}

const oxygenPerVolume = 'mole_concentration_of_dissolved_molecular_oxygen_in_sea_water';

/**
 * OceanSITES 1.4, reference table 6; names with a line end comment are not in it and follow its pattern with the CF name beside
 * them, as the manual allows.
 */
// biome-ignore format: a table, one quantity a line
const OCEANSITES: Readonly<Record<string, ExchangeName>> = {
  TEMP:      { name: 'TEMP', standardName: 'sea_water_temperature', unit: 'degree_Celsius' },
  CNDC:      { name: 'CNDC', standardName: 'sea_water_electrical_conductivity', unit: 'S m-1' },
  PRES:      { name: 'PRES', standardName: 'sea_water_pressure', unit: 'dbar' },
  PSAL:      { name: 'PSAL', standardName: 'sea_water_practical_salinity', unit: '1' },
  DOXY:      { name: 'MOLAR_DOXY', standardName: oxygenPerVolume, unit: 'umol l-1' }, // DOXY there is a mass per volume
  DOX2:      { name: 'DOX2', standardName: 'moles_of_oxygen_per_unit_mass_in_sea_water', unit: 'umol kg-1' },
  DOXY_TEMP: { name: 'DOXY_TEMP', standardName: 'temperature_of_sensor_for_oxygen_in_sea_water', unit: 'degree_Celsius' },
  UCUR:      { name: 'UCUR', standardName: 'eastward_sea_water_velocity', unit: 'm s-1' },
  VCUR:      { name: 'VCUR', standardName: 'northward_sea_water_velocity', unit: 'm s-1' },
  WCUR:      { name: 'WCUR', standardName: 'upward_sea_water_velocity', unit: 'm s-1' }, // no code in table 6
  CSPD:      { name: 'CSPD', standardName: 'sea_water_speed', unit: 'm s-1' },
  CDIR:      { name: 'CDIR', standardName: 'sea_water_velocity_to_direction', unit: 'degree' },
  OSAT:      { name: 'OSAT', standardName: 'fractional_saturation_of_oxygen_in_sea_water', unit: 'percent' }, // no code in table 6
  ATTN:      { name: 'ATTN', standardName: 'volume_beam_attenuation_coefficient_of_radiative_flux_in_sea_water_corrected_for_pure_water_attenuance', unit: 'm-1' }, // no code in table 6
  SVEL:      { name: 'SVEL', standardName: 'speed_of_sound_in_sea_water', unit: 'm s-1' }, // no code in table 6
  DENS:      { name: 'DENS', standardName: 'sea_water_sigma_theta', unit: 'kg m-3' }, // no code in table 6
  TEMP_POT:  { name: 'TEMP_POT', standardName: 'sea_water_potential_temperature', unit: 'degree_Celsius' }, // no code in table 6
};

/** Copernicus In Situ TAC: every name is one of its parameter list. */
// biome-ignore format: a table, one quantity a line
const COPERNICUS: Readonly<Record<string, ExchangeName>> = {
  TEMP: { name: 'TEMP', standardName: 'sea_water_temperature', unit: 'degrees_C' },
  CNDC: { name: 'CNDC', standardName: 'sea_water_electrical_conductivity', unit: 'S m-1' },
  // Zero at the surface (P01 PRESPR01): the absolute pressure of a seafloor gauge is another quantity.
  PRES: { name: 'PRES', standardName: 'sea_water_pressure', unit: 'dbar', notP01: ['PRSTPS01'] },
  PSAL: { name: 'PSAL', standardName: 'sea_water_practical_salinity', unit: '0.001' },
  DOXY: { name: 'DOXY', standardName: oxygenPerVolume, unit: 'mmol m-3' },
  DOX1: { name: 'DOX1', standardName: 'volume_fraction_of_oxygen_in_sea_water', unit: 'ml l-1' },
  DOX2: { name: 'DOX2', standardName: 'moles_of_oxygen_per_unit_mass_in_sea_water', unit: 'umol kg-1' },
  OSAT: { name: 'OSAT', standardName: 'fractional_saturation_of_oxygen_in_sea_water', unit: '%' },
  UCUR: { name: 'EWCT', standardName: 'eastward_sea_water_velocity', unit: 'm s-1' },
  VCUR: { name: 'NSCT', standardName: 'northward_sea_water_velocity', unit: 'm s-1' },
  WCUR: { name: 'VCSP', standardName: 'upward_sea_water_velocity', unit: 'm s-1' },
  CSPD: { name: 'HCSP', standardName: 'sea_water_speed', unit: 'm s-1' },
  CDIR: { name: 'HCDT', standardName: 'direction_of_sea_water_velocity', unit: 'degree' },
  SVEL: { name: 'SVEL', standardName: 'speed_of_sound_in_sea_water', unit: 'm s-1' },
  DENS: { name: 'DENS', standardName: 'sea_water_sigma_theta', unit: 'kg m-3' },
  TSED: { name: 'TSMP', standardName: 'mass_concentration_of_suspended_matter_in_sea_water', unit: 'g m-3' },
};

export const HOUSES = { oceansites: OCEANSITES, copernicus: COPERNICUS } as const;
export type House = keyof typeof HOUSES;

/** The name of a quantity in a house; undefined where it has none. */
export function exchangeName(house: House, { code, p01 }: Parameter): ExchangeName | undefined {
  const names: Readonly<Record<string, ExchangeName>> = HOUSES[house];
  const found = Object.hasOwn(names, code) ? names[code] : undefined;
  return p01 !== undefined && found?.notP01?.includes(p01) ? undefined : found;
}
