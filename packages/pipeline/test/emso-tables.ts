/**
 * The tables of EMSO's metadata specification and of the vocabularies, read as they lie beside the checkout, and a file judged by
 * them attribute by attribute. For tests only: where the tables are not there, nothing can be judged.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { ReadAttributes, ReadNetcdf } from '../../../test/support/netcdf-reader.ts';

const DATA = new URL('../../../../shared/products/data/', import.meta.url);

/** Why nothing can be judged here; false where it can. */
export const TABLES_MISSING = existsSync(DATA) ? false : '../shared/products/data is not here: nothing judged';

interface Rule {
  readonly name: string;
  readonly test: string;
  readonly required: boolean;
}

const read = (name: string): string => readFileSync(new URL(name, DATA), 'utf8');

/** Rows of the first table behind a heading that has a column of compliance tests. */
function rulesBehind(heading: string): Rule[] {
  const lines = read('emso/EMSO_Metadata_Specifications.md').split('\n');
  const from = lines.findIndex((line) => /^\s*#/.test(line) && line.includes(heading));
  if (from < 0) throw new Error(`expected a heading '${heading}', found none`);
  const head = lines.findIndex((line, i) => i > from && line.includes('Compliance test'));
  const rules: Rule[] = [];
  for (let i = head + 2; lines[i].startsWith('|'); i++) {
    const [, name, , test, required] = lines[i]
      .split('|')
      .map((cell) => cell.replaceAll(/<sup>.*?<\/sup>/g, '').trim());
    rules.push({ name, test, required: required.toLowerCase() === 'true' });
  }
  return rules;
}

/** Cells of a CSV text. */
function cellsOf(csv: string): string[][] {
  return csv
    .trimEnd()
    .split(/\r?\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
      ),
    );
}

interface Entry {
  readonly label: string;
  readonly alt: string;
}

function vocabulary(id: string): ReadonlyMap<string, Entry> {
  if (id === 'P01') {
    return new Map(
      cellsOf(read('vocab/P01_subset.csv')).flatMap(([code, label]) =>
        label === '' ? [] : [[code, { label, alt: '' }] as const],
      ),
    );
  }
  return new Map(
    cellsOf(read(`vocab/${id}.csv`)).map(([, label, , alt, urn]) => [
      urn.slice(urn.lastIndexOf(':') + 1),
      { label, alt },
    ]),
  );
}

/** The tables, read once. Call only where they are there. */
export function emsoTables() {
  const oso = cellsOf(read('vocab/OSO_extract.csv'));
  const codes = (name: string): string[] =>
    [...read(name).matchAll(/^\|\s*([A-Z0-9_]{2,})\s*\|/gm)].map(([, code]) => code);
  return {
    rules: {
      global: rulesBehind('Global Attributes'),
      coordinate: rulesBehind('Coordinate Variables'),
      environmental: rulesBehind('Environmental Variables'),
      technical: rulesBehind('Technical Variables'),
      quality_control: rulesBehind('Quality Control Variables'),
      sensor: rulesBehind('Sensor Variables'),
      platform: rulesBehind('Platform Variables'),
    } as Readonly<Record<string, readonly Rule[]>>,
    vocabularies: new Map(['P01', 'P02', 'P06', 'L05', 'L06', 'L22', 'L35'].map((id) => [id, vocabulary(id)])),
    oso: new Map(oso.map(([kind, uri, label]) => [`${kind} ${label}`, uri])),
    edmo: new Set(cellsOf(read('vocab/EDMO.csv')).map(([, code]) => code)),
    standardNames: new Set(cellsOf(read('cf/cf-standard-names-v83.csv')).map(([name]) => name)),
    variableCodes: new Set([...codes('emso/OceanSites_codes.md'), ...codes('emso/copernicus_variables.md')]),
    mounts: new Set([...read('emso/OceanSites_codes.md').matchAll(/mounted_on_\w+/g)].map(([mount]) => mount)),
    roles: new Set([...read('emso/DataCite_codes.md').matchAll(/^\|\s*([A-Za-z]+)\s*\|/gm)].map(([, role]) => role)),
  };
}

type Tables = ReturnType<typeof emsoTables>;

export interface Finding {
  readonly variable: string;
  readonly attribute: string;
  readonly required: boolean;
  readonly fault: string;
}

const OSO_KIND: Readonly<Record<string, string>> = { rf: 'RegionalFacility', site: 'Site', platform: 'Platform' };
const MANDATORY = ['time', 'depth', 'latitude', 'longitude', 'sensor_id', 'platform_id'];
/** The exceptions of the footnotes. */
const EXEMPT: Readonly<Record<string, readonly string[]>> = {
  sensor_id: ['standard_name', 'units', 'sdn_uom_name', 'sdn_uom_urn'],
  platform_id: ['units', 'sdn_uom_name', 'sdn_uom_urn'],
};

/** What EMSO's tables find in a file: attribute by attribute, then the operational test and the keywords. */
export function emsoFindings(
  file: ReadNetcdf,
  tables: Tables,
): { readonly findings: Finding[]; readonly checked: number } {
  const findings: Finding[] = [];
  let checked = 0;
  const judge = (variable: string, attributes: ReadAttributes, rules: readonly Rule[]): void => {
    for (const { name, test, required } of rules) {
      if (EXEMPT[variable]?.includes(name)) continue;
      checked++;
      const value = name === '$name' ? variable : attributes.get(name)?.value;
      const fault = value === undefined ? 'is missing' : faultOf(value, test, file, tables);
      if (fault !== undefined) findings.push({ variable, attribute: name, required, fault });
    }
  };
  judge('', file.attributes, tables.rules['global']);
  for (const [name, { attributes }] of file.variables) {
    const type = String(attributes.get('variable_type')?.value);
    const rules = tables.rules[type];
    if (rules === undefined) findings.push({ variable: name, attribute: 'variable_type', required: true, fault: type });
    else judge(name, attributes, rules);
  }
  findings.push(...operational(file), ...keywordFaults(file, tables));
  return { findings, checked };
}

function faultOf(value: string | number[], test: string, file: ReadNetcdf, tables: Tables): string | undefined {
  const [kind, argument] = test.split('#');
  const text = typeof value === 'string' ? value : value.join(' ');
  const all = (good: (item: string) => boolean, separator: string | RegExp = ' '): boolean =>
    text !== '' && text.split(separator).every((item) => good(item.trim()));
  const ofVocabulary = (): ReadonlyMap<string, Entry> => tables.vocabularies.get(argument)!;
  const tests: Readonly<Record<string, () => boolean>> = {
    data_type: () =>
      argument === 'datetime'
        ? /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text)
        : argument === 'float'
          ? typeof value !== 'string'
          : argument === 'uri'
            ? /^https?:\/\//.test(text)
            : text !== '',
    edmo_code: () => all((code) => tables.edmo.has(code)),
    edmo_uri: () => all((uri) => tables.edmo.has(uri.replace('https://edmo.seadatanet.org/report/', ''))),
    ror_uri: () => all((uri) => /^https:\/\/ror\.org\/0[a-z0-9]{8}$/.test(uri)),
    coordinate: () => Math.abs(Number(text)) <= ({ latitude: 90, longitude: 180, depth: 11_000 }[argument] ?? 0),
    oso_ontology_uri: () => [...tables.oso].some(([key, uri]) => key.startsWith(OSO_KIND[argument]) && uri === text),
    oso_ontology_name: () => tables.oso.has(`${OSO_KIND[argument]} ${text}`),
    sdn_vocab_pref_label: () => [...ofVocabulary().values()].some(({ label }) => label === text),
    sdn_vocab_alt_label: () => [...ofVocabulary().values()].some(({ alt }) => alt === text),
    sdn_vocab_urn: () =>
      text.startsWith(`SDN:${argument}::`) && ofVocabulary().has(text.slice(`SDN:${argument}::`.length)),
    sdn_vocab_uri: () =>
      ofVocabulary().has(
        new RegExp(`^https?://vocab.nerc.ac.uk/collection/${argument}/current/([^/]+)/?$`).exec(text)?.[1] ?? '',
      ),
    oceansites_data_type: () => text === 'OceanSITES time-series data',
    equals: () => text === argument,
    oceansites_data_mode: () => /^[RPDM]$/.test(text),
    valid_keyword: () => text !== '',
    valid_keyword_uri: () => all((uri) => /^https?:\/\/\S+$/.test(uri)),
    keyword_vocabs: () => text !== '',
    keyword_vocabs_uri: () => all((uri) => /^https:\/\/\S+$/.test(uri)),
    email: () => all((email) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)),
    contributor_types: () =>
      all((role) => tables.roles.has(role)) &&
      text.split(' ').length === String(file.attributes.get('contributor_name')?.value).split(',').length,
    valid_doi: () => all((doi) => /^(https:\/\/doi\.org\/)?10\.\d+\/\S+$/.test(doi)),
    valid_data_level: () => /^L[012]$/.test(text),
    valid_data_process: () => all((step) => /^(L0[ab]|L1[abcd])$/.test(step)),
    spdx_license_name: () => text === 'CC-BY-4.0',
    spdx_license_uri: () => text === 'https://spdx.org/licenses/CC-BY-4.0',
    cf_dsg_types: () => text === 'timeSeries',
    is_coordinate: () => MANDATORY.includes(text),
    cf_standard_name: () => tables.standardNames.has(text),
    check_variable_name: () =>
      tables.variableCodes.has(text.split('_')[0]) || tables.vocabularies.get('P02')!.has(text.split('_')[0]),
    qc_variable_name: () =>
      [...file.variables.values()].some(({ attributes }) => attributes.get('ancillary_variables')?.value === text),
    qc_flag_values: () => text === '0 1 2 3 4 7 8 9',
    qc_flag_meanings: () =>
      text ===
      'unknown good_data probably_good_data potentially_correctable_bad_data bad_data nominal_value interpolated_value missing_value',
    oceansites_sensor_mount: () => tables.mounts.has(text),
    oceansites_sensor_orientation: () => ['downward', 'upward', 'horizontal'].includes(text),
  };
  const run = tests[kind];
  if (run === undefined) throw new Error(`expected a compliance test of the specification, found '${test}'`);
  return run() ? undefined : `${test}: '${text}'`;
}

function operational(file: ReadNetcdf): Finding[] {
  const fault = (variable: string, attribute: string, text: string): Finding => ({
    variable,
    attribute,
    required: true,
    fault: text,
  });
  const findings = MANDATORY.flatMap((name) => (file.variables.has(name) ? [] : [fault(name, '', 'is missing')]));
  for (const attribute of ['standard_name', 'sdn_parameter_uri']) {
    const seen = new Map<string, string>();
    for (const [name, { attributes }] of file.variables) {
      const value = attributes.get(attribute)?.value;
      if (value === undefined) continue;
      const first = seen.get(String(value));
      if (first === undefined) seen.set(String(value), name);
      else findings.push(fault(name, attribute, `also of ${first}`));
    }
  }
  for (const kind of ['sensor', 'platform']) {
    const id = Buffer.from(file.variables.get(`${kind}_id`)?.data ?? []).toString();
    const own = [...file.variables.values()].find(({ attributes }) => attributes.get('variable_type')?.value === kind);
    if (own?.attributes.get(`${kind}_id`)?.value !== id)
      findings.push(fault(`${kind}_id`, '', `'${id}' has no variable`));
  }
  return findings;
}

const KEYWORD_LISTS: Readonly<Record<string, readonly [vocabulary: string, uri: string]>> = {
  P02: ['SeaDataNet Parameter Discovery Vocabulary', 'http://vocab.nerc.ac.uk/collection/P02/current/'],
  L05: ['SeaDataNet device categories', 'http://vocab.nerc.ac.uk/collection/L05/current/'],
  L06: ['SeaVoX Platform Categories', 'http://vocab.nerc.ac.uk/collection/L06/current/'],
};

function keywordFaults({ attributes }: ReadNetcdf, tables: Tables): Finding[] {
  const list = (name: string, separator: string): string[] =>
    String(attributes.get(name)?.value ?? '').split(separator);
  const fault = (text: string): Finding => ({ variable: '', attribute: 'keywords', required: true, fault: text });
  const [labels, uris, types] = [list('keywords', ', '), list('keywords_uri', ' '), list('keywords_type', ', ')];
  if (labels.length !== uris.length || labels.length !== types.length) return [fault('lists of different lengths')];
  const declared = list('keywords_vocabulary', ', ');
  if (declared.length !== list('keywords_vocabulary_uri', ' ').length)
    return [fault('vocabularies of different lengths')];
  return labels.flatMap((label, i) => {
    for (const [id, [vocabulary, start]] of Object.entries(KEYWORD_LISTS)) {
      if (!uris[i].startsWith(start)) continue;
      const code = uris[i].slice(start.length).replace('/', '');
      const same = tables.vocabularies.get(id)!.get(code)?.label === label && declared.includes(vocabulary);
      return same ? [] : [fault(`${uris[i]} is not '${label}'`)];
    }
    if (uris[i].includes('/P07/'))
      return tables.standardNames.has(label) ? [] : [fault(`'${label}' is no standard name`)];
    if (uris[i].includes('OSO#')) return [...tables.oso.values()].includes(uris[i]) ? [] : [fault(uris[i])];
    return [];
  });
}
