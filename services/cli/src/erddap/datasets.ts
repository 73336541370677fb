/** `emso erddap datasets`: the blocks of `datasets.xml` for the datasets of the site file. */
import { DAY_MS } from '@emso/core';
import { dayWithoutRows, layoutOf, planObservatory } from '@emso/pipeline';
import { datasetsXml, erddapDatasets, erddapFindings, federatedDatasets } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { loadSiteFile } from '../site-file.ts';

export interface DatasetsOptions {
  readonly observatory: string;
  /** The data root as ERDDAP sees it. */
  readonly files?: string;
  /** For the ERDDAP of a federation that asks ours. */
  readonly federation?: boolean;
  readonly nowMs: number;
}

export interface WrittenDatasets {
  readonly xml: string;
  readonly ids: readonly string[];
  /** Findings and sensors without a dataset, a line each. */
  readonly remarks: readonly string[];
}

/** The XML. Throws CommandFailure: 2 when the site file lacks what it needs, 1 when ERDDAP would refuse a dataset. */
export function datasetsOf({ observatory: file, files, federation, nowMs }: DatasetsOptions): WrittenDatasets {
  const observatory = loadSiteFile(file);
  const { erddap } = observatory;
  const filesDir = files ?? erddap?.filesDir;
  if (filesDir === undefined || filesDir === 'unknown' || !/^\/.*[^/]$/.test(filesDir)) {
    const found = filesDir === undefined ? 'nothing' : `'${filesDir}'`;
    throw new CommandFailure(
      EXIT.usage,
      `expected the data root as ERDDAP sees it, an absolute path, found ${found}: give --files, or erddap.filesDir in ${file}`,
    );
  }
  if (federation && erddap === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      `expected the key erddap in ${file}, with the url of the ERDDAP to ask, found none`,
    );
  }
  const { plans } = planObservatory(observatory);
  const day = Math.floor(nowMs / DAY_MS);
  const sources = plans.map((plan) => ({
    platform: plan.platform,
    sensor: plan.sensor,
    description: dayWithoutRows(plan, day),
    csvHeader: layoutOf(plan, day).header,
  }));
  const own = erddapDatasets(observatory, sources, { filesDir, nowMs });
  const datasets = federation ? federatedDatasets(own, erddap!.url) : own;
  const findings = erddapFindings(datasets);
  const lines = findings.map(({ severity, dataset, message }) => `${severity}: ${dataset}: ${message}`);
  if (findings.some(({ severity }) => severity === 'error')) throw new CommandFailure(EXIT.problem, lines.join('\n'));
  const without = plans.filter(({ sensor }) => sensor.dataset === 'unknown').map(({ sensor }) => sensor.id);
  return {
    xml: datasetsXml(datasets),
    ids: datasets.map(({ id }) => id),
    remarks: [...lines, ...(without.length > 0 ? [`no dataset, so no block: ${without.join(', ')}`] : [])],
  };
}
