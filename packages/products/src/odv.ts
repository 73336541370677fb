/**
 * SeaDataNet ODV spreadsheet of a time series: semantic header (P01, P06, L22), L20 flags by meaning, LOCAL_CDI_ID and EDMO_code.
 * Plain ODV reads the same file. Only quantities with a verified P01 term are in it: its header has no other words for them.
 */
import { type Batch, flagOf, isoMs, mapFlag, type Parameter, parameterOf } from '@emso/core';
import { depthOf } from './day-input.ts';
import { NUMBER_BYTES, writeFixed } from './digits.ts';
import { periodName, type Series, selectionText } from './series.ts';
import { STAMP_BYTES, StampWriter } from './stamp.ts';

const TAB = 9;
const LF = 10;
const utf8 = new TextEncoder();
const METADATA = [
  'Cruise',
  'Station',
  'Type',
  'yyyy-mm-ddThh:mm:ss.sss',
  'Longitude [degrees_east]',
  'Latitude [degrees_north]',
  'LOCAL_CDI_ID',
  'EDMO_code',
  'Bot. Depth [m]',
];
const QV = 'QV:SEADATANET';

interface OdvColumn {
  readonly parameter: Parameter;
  /** Index of the column in the batch. */
  readonly index: number;
}

/** Identity of the series in the data centre: stable for a period, unique in the observatory. */
export function localCdiId(series: Series): string {
  const { observatory, platform, sensor, release } = series.input;
  const mode = release === undefined ? '' : '_D';
  const selection = series.selection === 'good' ? '_good' : '';
  return `${observatory.observatory.id}_${platform.id}_${sensor.id}_${periodName(series)}${mode}${selection}`;
}

export function odvName(series: Series): string {
  return `${localCdiId(series)}.txt`;
}

/**
 * The spreadsheet: UTF-8, LF, tab-separated, every line as many columns as the labels; metadata on the first row only. Throws when
 * the position of the platform is unknown, or the series has no rows.
 */
export function odvFile(series: Series): Uint8Array {
  const { input } = series;
  const { batch, platform, sensor } = input;
  const { latitude, longitude } = platform.position;
  if (latitude === 'unknown' || longitude === 'unknown') {
    throw new Error(`ODV of ${sensor.id}: expected the position of ${platform.id} in the site file, found unknown`);
  }
  if (batch.count === 0) throw new Error(`ODV of ${sensor.id}: expected rows in the period, found none`);
  const all = batch.codes.map((code, index): OdvColumn => ({ parameter: parameterOf(sensor, code), index }));
  const columns = all.filter(({ parameter }) => isNamed(parameter));
  const depthM = depthOf(input);
  const lead = [
    ...header(
      series,
      columns,
      all.filter(({ parameter }) => !isNamed(parameter)),
      depthM,
    ),
    labels(columns, depthM).join('\t'),
  ];
  const metadata = metadataCells(series, latitude, longitude).join('\t');
  return rowsBehind(utf8.encode(`${lead.join('\n')}\n`), utf8.encode(metadata), batch, columns, depthM);
}

function isNamed({ technical, p01, p06 }: Parameter): boolean {
  return !technical && p01 !== undefined && p06 !== undefined;
}

function header(
  series: Series,
  columns: readonly OdvColumn[],
  others: readonly OdvColumn[],
  depthM: number | 'unknown',
): string[] {
  const { observatory, sensor, model, build, methods } = series.input;
  const site = observatory.observatory;
  const l22 = sensor.l22 ?? model.l22;
  const instrument = l22 === undefined || l22 === 'unknown' ? '' : `<instrument>SDN:L22::${l22}</instrument>`;
  const term = (subject: string, p01: string, p06: string, device: string): string =>
    `//<subject>SDN:LOCAL:${subject}</subject><object>SDN:P01::${p01}</object><units>SDN:P06::${p06}</units>${device}`;
  const made = columns.flatMap(({ parameter: { code } }) => {
    const method = methods.get(code);
    return method === undefined ? [] : [`${code}: ${method}`];
  });
  const selected = selectionText(series.selection);
  const remarks = [
    `${site.title.en}: ${sensor.title?.en ?? model.title}`,
    `Flags are those of SeaDataNet (L20), mapped by meaning from OceanSITES flags`,
    ...(selected === undefined ? [] : [selected]),
    ...made,
    ...(others.length === 0
      ? []
      : [`Not here, for want of a verified P01 term: ${others.map(({ parameter }) => parameter.code).join(' ')}`]),
    `License ${site.license}; data versions and configuration ${build}`,
  ];
  return [
    '//<Encoding>UTF-8</Encoding>',
    '//<DataType>TimeSeries</DataType>',
    ...remarks.map((remark) => `// ${cell(remark)}`),
    '//',
    '//SDN_parameter_mapping',
    term('time_ISO8601', 'DTUT8601', 'TISO', ''),
    ...(depthM === 'unknown' ? [] : [term('DEPTH', 'ADEPZZ01', 'ULAA', '')]),
    ...columns.map(({ parameter: { code, p01, p06 } }) => term(code, p01 ?? '', p06 ?? '', instrument)),
    '//',
  ];
}

function labels(columns: readonly OdvColumn[], depthM: number | 'unknown'): string[] {
  const named = [
    'time_ISO8601',
    ...(depthM === 'unknown' ? [] : ['DEPTH [m]']),
    ...columns.map(({ parameter: { code, unit } }) => `${code} [${unit}]`),
  ];
  return [...METADATA, ...named.flatMap((name) => [name, QV])];
}

function metadataCells(series: Series, latitude: number, longitude: number): string[] {
  const { observatory, platform, sensor, batch } = series.input;
  const site = observatory.observatory;
  return [
    cell(site.title.en),
    cell(`${platform.oso === 'unknown' ? platform.id : platform.oso}-${sensor.id}`),
    '*',
    isoMs(batch.time[0]).slice(0, -1),
    String(longitude),
    String(latitude),
    localCdiId(series),
    String(site.institution.edmo),
    platform.position.depthM === undefined ? '' : String(platform.position.depthM),
  ];
}

/** A cell, or a remark, in one line. */
function cell(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ');
}

/** L20 flag, as a byte, by OceanSITES flag. */
const L20: readonly number[] = Array.from({ length: 10 }, (_, flag) => {
  const known = [0, 1, 2, 3, 4, 7, 8, 9].includes(flag);
  return (known ? mapFlag(flag, 'oceansites', 'l20') : flagOf('notEvaluated', 'l20')).charCodeAt(0);
});
const NOMINAL = flagOf('nominal', 'l20');

function rowsBehind(
  lead: Uint8Array,
  metadata: Uint8Array,
  batch: Batch,
  columns: readonly OdvColumn[],
  depthM: number | 'unknown',
): Uint8Array {
  const empty = new Uint8Array(METADATA.length - 1).fill(TAB);
  const depth = depthM === 'unknown' ? new Uint8Array(0) : utf8.encode(`\t${depthM}\t${NOMINAL}`);
  const rowBytes = metadata.length + STAMP_BYTES + depth.length + columns.length * (NUMBER_BYTES + 3) + 8;
  let out = new Uint8Array(lead.length + 64 * batch.count + 4 * rowBytes);
  out.set(lead);
  let at = lead.length;
  const stamp = new StampWriter();
  for (let row = 0; row < batch.count; row++) {
    if (out.length - at < rowBytes) {
      const longer = new Uint8Array(out.length * 2 + rowBytes);
      longer.set(out.subarray(0, at));
      out = longer;
    }
    const cells = row === 0 ? metadata : empty;
    out.set(cells, at);
    at += cells.length;
    out[at++] = TAB;
    // Without the zone: SeaDataNet times are UTC.
    at = stamp.write(out, at, batch.time[row], 'always') - 1;
    out[at++] = TAB;
    out[at++] = L20[batch.timeFlag[row]];
    out.set(depth, at);
    at += depth.length;
    for (const { parameter, index } of columns) {
      const value = batch.values[index][row];
      out[at++] = TAB;
      if (Number.isFinite(value)) at = writeFixed(out, at, value, parameter.digits);
      out[at++] = TAB;
      out[at++] = L20[batch.flags[index][row]];
    }
    out[at++] = LF;
  }
  return out.subarray(0, at);
}
