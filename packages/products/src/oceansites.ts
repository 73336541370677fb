/** OceanSITES 1.4 time-series file of a deployment, or of a part of it. */
import { compactDay, dayOf, FLAG_MEANINGS, FLAG_VALUES } from '@emso/core';
import { text } from './attributes.ts';
import { type ExchangeContext, exchangeFile, platformCode } from './exchange-file.ts';
import type { NetcdfAttribute, NetcdfFile } from './netcdf-file.ts';
import { periodName, type Series, seriesAttributes, withTexts } from './series.ts';

/** What the OceanSITES file keeps of the attributes of our own: those of ACDD and CF, not those of EMSO's profile. */
export function isOfAcdd({ name }: NetcdfAttribute): boolean {
  return !name.startsWith('emso_') && name !== 'cdm_data_type' && name !== 'Conventions';
}

/** `OS_EMSO-LO-MII_20190501_R_MICROCAT-202603.nc`: platform, start of the deployment, mode, sensor and part. */
export function oceansitesName(series: Series): string {
  const { sensor, deployment, release } = series.input;
  const mode = release === undefined ? 'R' : 'D';
  const part = series.period === 'deployment' ? '' : `-${periodName(series)}`;
  const selection = series.selection === 'good' ? '-good' : '';
  const name = `${sensor.prefix}${part}${selection}`.replaceAll('_', '-');
  return `OS_${platformCode(series)}_${compactDay(dayOf(deployment.from))}_${mode}_${name}.nc`;
}

/** The NetCDF description. Throws when position or depth is unknown. */
export function oceansitesFile(series: Series): NetcdfFile {
  return exchangeFile(series, {
    house: 'oceansites',
    depth: 'once',
    flags: { scheme: 'oceansites', conventions: 'OceanSITES QC Flags', values: FLAG_VALUES, meanings: FLAG_MEANINGS },
    globals: oceansitesGlobals,
  });
}

function oceansitesGlobals(context: ExchangeContext): NetcdfAttribute[] {
  const { series, platformCode: code } = context;
  const { observatory, deployment, release } = series.input;
  const site = observatory.observatory;
  const id = oceansitesName(series).replace(/\.nc$/, '');
  return [
    ...text('Conventions', 'CF-1.6, ACDD-1.3, OceanSITES-1.4'),
    ...withTexts(seriesAttributes(series).filter(isOfAcdd), {
      id: () => id,
      naming_authority: () => 'OceanSITES',
      data_type: () => 'OceanSITES time-series data',
      format_version: () => '1.4',
      platform_code: () => code,
      platform_deployment_date: () => compactDay(dayOf(deployment.from)),
      array: () => site.networks[0],
      network: () => site.networks.join(', '),
      area: () => observatory.exchange.area,
      data_assembly_center: () => site.publisher?.name,
      QC_indicator: () => 'mixed',
      ...sharedGlobals(context),
      data_mode: () => (release === undefined ? 'R' : 'D'),
    }),
  ];
}

/** Attributes that OceanSITES and Copernicus files say alike. */
export function sharedGlobals({
  series,
  leftOut,
}: ExchangeContext): Record<string, (known: string | undefined) => string | undefined> {
  const { observatory, platform } = series.input;
  const site = observatory.observatory;
  const doi = platform.doi === undefined ? '' : ` https://doi.org/${platform.doi}`;
  return {
    citation: () =>
      `These data were collected and made freely available by ${site.title.en} (${[site.institution.name, ...site.networks].join(', ')}).${doi}`,
    comment: (known) => {
      const out =
        leftOut.length === 0 ? [] : [`Not in this file, since its naming has no word for them: ${leftOut.join(' ')}.`];
      return [...(known === undefined ? [] : [known]), ...out].join(' ');
    },
  };
}
