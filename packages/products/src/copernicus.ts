/** Copernicus Marine In Situ TAC time-series file, as Coriolis takes it. */
import { codeOfUrn, iso, termOf } from '@emso/core';
import { text } from './attributes.ts';
import { type ExchangeContext, exchangeFile, platformCode } from './exchange-file.ts';
import type { NetcdfAttribute, NetcdfFile } from './netcdf-file.ts';
import { isOfAcdd, sharedGlobals } from './oceansites.ts';
import { periodName, type Series, seriesAttributes, withTexts } from './series.ts';

/** Values and meanings of its flags, in its own words. */
const FLAGS = {
  scheme: 'copernicus',
  conventions: 'Copernicus Marine In Situ reference table 2',
  values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  meanings: [
    'no_qc_performed',
    'good_data',
    'probably_good_data',
    'bad_data_that_are_potentially_correctable',
    'bad_data',
    'value_changed',
    'value_below_detection',
    'nominal_value',
    'interpolated_value',
    'missing_value',
  ],
} as const;

/**
 * `MO_TS_MO_EMSO-LO-MII-MICROCAT_202603.nc`: region, time series, mooring or fixed platform, platform and sensor, month or day;
 * without the last where the file is of the whole deployment.
 */
export function copernicusName(series: Series): string {
  const region = series.input.observatory.exchange.copernicusRegion;
  if (region === undefined) {
    throw new Error('Copernicus file: expected exchange.copernicusRegion in the site file, found nothing');
  }
  const sensor = series.input.sensor.prefix.replaceAll('_', '-');
  const period = series.period === 'deployment' ? '' : `_${periodName(series)}`;
  const selection = series.selection === 'good' ? '_good' : '';
  const mode = series.input.release === undefined ? '' : '_D';
  return `${region}_TS_MO_${platformCode(series)}-${sensor}${period}${mode}${selection}.nc`;
}

/** The NetCDF description. Throws when position, depth or region is unknown. */
export function copernicusFile(series: Series): NetcdfFile {
  return exchangeFile(series, { house: 'copernicus', depth: 'each-time', flags: FLAGS, globals: copernicusGlobals });
}

function copernicusGlobals(context: ExchangeContext): NetcdfAttribute[] {
  const { series, platformCode: code } = context;
  const { observatory, platform, batch, release } = series.input;
  const site = observatory.observatory;
  const { latitude, longitude, depthM } = platform.position;
  const type = termOf('L06', codeOfUrn(platform.type));
  const last = batch.count === 0 ? undefined : iso(batch.time[batch.count - 1]);
  const leader = site.contacts.find((contact) => contact.role === 'principalInvestigator');
  const fact = (value: number | 'unknown' | undefined): string | undefined =>
    value === undefined || value === 'unknown' ? undefined : String(value);
  return [
    ...text('Conventions', 'CF-1.6, ACDD-1.3, OceanSITES-1.4'),
    ...withTexts(seriesAttributes(series).filter(isOfAcdd), {
      id: () => copernicusName(series).replace(/\.nc$/, ''),
      data_type: () => 'OceanSITES time-series data',
      format_version: () => '1.4',
      platform_code: () => code,
      platform_name: () => platform.title.en,
      source: () => type?.label,
      source_platform_category_code: () => type?.code,
      area: () => observatory.exchange.area,
      bottom_depth: () => fact(depthM),
      last_date_observation: () => last,
      last_latitude_observation: () => fact(latitude),
      last_longitude_observation: () => fact(longitude),
      pi_name: () => leader?.name,
      ...sharedGlobals(context),
      data_mode: () => (release === undefined ? 'R' : 'D'),
    }),
  ];
}
