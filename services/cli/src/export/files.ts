/** What each format makes of a series: names and bytes. One table for the command, its help and the documentation test. */
import {
  copernicusFile,
  copernicusName,
  csvFile,
  describeSeries,
  encodeNetcdf3,
  oceansitesFile,
  oceansitesName,
  odvFile,
  odvName,
  parquetFile,
  type Series,
  seriesStem,
} from '@emso/products';

export interface ExportFile {
  /** Relative to where files go. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

type Make = (series: Series) => ExportFile;

const netcdf = (describe: typeof describeSeries, series: Series): Uint8Array => encodeNetcdf3(describe(series));

/** Formats of one file a series. */
export const FILE_FORMATS = {
  csv: (series) => ({ name: `${seriesStem(series)}.csv`, bytes: csvFile(series.layout, series.input.batch) }),
  nc: (series) => ({ name: `${seriesStem(series)}.nc`, bytes: netcdf(describeSeries, series) }),
  odv: (series) => ({ name: odvName(series), bytes: odvFile(series) }),
  oceansites: (series) => ({ name: oceansitesName(series), bytes: netcdf(oceansitesFile, series) }),
  copernicus: (series) => ({ name: copernicusName(series), bytes: netcdf(copernicusFile, series) }),
  parquet: (series) => ({ name: `${seriesStem(series)}.parquet`, bytes: parquetFile(series) }),
} as const satisfies Readonly<Record<string, Make>>;

export type FileFormat = keyof typeof FILE_FORMATS;
/** Every format of the command; a deposit is a directory of files. */
export const FORMATS = [...(Object.keys(FILE_FORMATS) as FileFormat[]), 'seanoe'] as const;
export type Format = (typeof FORMATS)[number];
