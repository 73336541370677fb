/** EMSO's specification 1.0.7: a rule for each row of its tables, the operational test, and what belongs together. */
import type { NetcdfVariable } from '../netcdf-file.ts';
import {
  itemsOf,
  kindOf,
  shown,
  textIn,
  textOf,
  VARIABLE_KINDS,
  type VariableKind,
  variableOf,
  wordsOf,
} from './attributes.ts';
import { fault } from './cf.ts';
import { EMSO_TABLES, type EmsoRow } from './emso-tables.ts';
import { EMSO_TESTS, isUnitOfCf, MANDATORY_COORDINATES, uriCode } from './emso-tests.ts';
import { KEYWORD_VOCABULARIES } from './emso-words.ts';
import type { Fault, NetcdfSubject, Rule } from './rule.ts';

const SOURCE = 'EMSO 1.0.7';
type Table = 'global' | VariableKind;

/** What became of one attribute of one variable. */
interface RowResult {
  readonly where: string;
  readonly state: 'passed' | 'absent' | 'failed' | 'unit of CF';
  readonly expected: string;
  readonly found: string;
}

/** Rows passed and rows in all, as EMSO's own report counts them. */
export interface EmsoScore {
  readonly required: readonly [passed: number, all: number];
  readonly optional: readonly [passed: number, all: number];
  /** Required rows that failed because a unit is CF's, as profile `cf` asks. */
  readonly unitsOfCf: number;
}

/** What the specification excuses: these coordinates need not have these attributes. */
function isExempt(name: string, attribute: string): boolean {
  if (name === 'sensor_id' || name === 'platform_id') {
    if (['units', 'sdn_uom_name', 'sdn_uom_urn'].includes(attribute)) return true;
  }
  if (name === 'time_end' && attribute.startsWith('sdn_parameter_')) return true;
  return attribute === 'standard_name' && (name === 'sensor_id' || name === 'time_end');
}

function rowResult(subject: NetcdfSubject, variable: NetcdfVariable | undefined, row: EmsoRow): RowResult {
  const [attribute, test] = row;
  const holder = variable ?? subject.file;
  const where =
    variable === undefined ? attribute : attribute === '$name' ? variable.name : `${variable.name}:${attribute}`;
  const text = attribute === '$name' ? variable?.name : shown(holder, attribute);
  const [name, argument = ''] = test.split('#');
  const value = { attribute, text: text ?? '', argument, variable, subject };
  const expected = EMSO_TESTS[name](value);
  if (text === undefined) {
    const state = variable !== undefined && isExempt(variable.name, attribute) ? 'passed' : 'absent';
    return { where, state, expected: expected ?? 'a value', found: 'nothing' };
  }
  if (expected === undefined) return { where, state: 'passed', expected: '', found: text };
  const state = name === 'sdn_vocab_alt_label' && variable && isUnitOfCf(subject, variable) ? 'unit of CF' : 'failed';
  return { where, state, expected, found: text };
}

/** The variables that a table is about; the file itself is `undefined`. */
function holdersOf({ file }: NetcdfSubject, table: Table): readonly (NetcdfVariable | undefined)[] {
  return table === 'global' ? [undefined] : file.variables.filter((variable) => kindOf(variable) === table);
}

export function emsoScore(subject: NetcdfSubject): EmsoScore {
  const counts = { required: [0, 0] as [number, number], optional: [0, 0] as [number, number] };
  let unitsOfCf = 0;
  for (const table of Object.keys(EMSO_TABLES) as Table[]) {
    for (const holder of holdersOf(subject, table)) {
      for (const row of EMSO_TABLES[table]) {
        const { state } = rowResult(subject, holder, row);
        if (state === 'passed') counts[row[2]][0]++;
        if (state === 'unit of CF' && subject.profile === 'cf') unitsOfCf++;
        counts[row[2]][1]++;
      }
    }
  }
  return { ...counts, unitsOfCf };
}

function rowRule(table: Table, row: EmsoRow): Rule<NetcdfSubject> {
  const [attribute, test, need] = row;
  const name = attribute === '$name' ? 'name' : attribute;
  const what = table === 'global' ? 'global attributes' : `${table.replace('_', ' ')} variables`;
  return {
    id: `emso.${table}.${name}`,
    severity: need === 'required' ? 'error' : 'warning',
    source: `${SOURCE}, ${what}`,
    about: `\`${attribute}\`${need === 'required' ? '' : ', where it is given'}: ${test}`,
    check: (subject) =>
      holdersOf(subject, table).flatMap((holder) => {
        const { where, state, expected, found } = rowResult(subject, holder, row);
        if (state === 'passed' || (state === 'absent' && need === 'optional')) return [];
        if (state === 'unit of CF' && subject.profile === 'cf') return [];
        return [fault(where, expected, state === 'absent' ? found : `'${found.slice(0, 80)}'`, remedyOf(state))];
      }),
  };
}

function remedyOf(state: RowResult['state']): string {
  if (state === 'absent') return 'add it';
  return state === 'unit of CF' ? "write EMSO's label, or ask with --profile cf" : 'correct it';
}

const OPERATIONAL = `${SOURCE}, operational test`;

export const EMSO_RULES: readonly Rule<NetcdfSubject>[] = [
  ...(Object.keys(EMSO_TABLES) as Table[]).flatMap((table) => EMSO_TABLES[table].map((row) => rowRule(table, row))),
  {
    id: 'emso.variable-type',
    severity: 'error',
    source: OPERATIONAL,
    about: 'every variable has a `variable_type` of the specification',
    check: ({ file }) =>
      file.variables
        .filter((variable) => !VARIABLE_KINDS.some((kind) => kind === textOf(variable, 'variable_type')))
        .map((variable) =>
          fault(
            `${variable.name}:variable_type`,
            VARIABLE_KINDS.join(', '),
            shown(variable, 'variable_type') ?? 'nothing',
            'say what kind of variable it is',
          ),
        ),
  },
  {
    id: 'emso.mandatory-coordinates',
    severity: 'error',
    source: OPERATIONAL,
    about: `${MANDATORY_COORDINATES.join(', ')} are variables of the file`,
    check: ({ file }) =>
      MANDATORY_COORDINATES.filter((name) => variableOf(file, name) === undefined).map((name) =>
        fault(name, 'a coordinate of this name', 'none', 'write it; the site file has to know its value'),
      ),
  },
  {
    id: 'emso.one-standard-name',
    severity: 'error',
    source: OPERATIONAL,
    about: 'no two variables share a `standard_name`',
    check: ({ file }) => sharedBy(file.variables, 'standard_name'),
  },
  {
    id: 'emso.one-parameter',
    severity: 'error',
    source: OPERATIONAL,
    about: 'no two variables share a `sdn_parameter_uri`',
    check: ({ file }) => sharedBy(file.variables, 'sdn_parameter_uri'),
  },
  {
    id: 'emso.identifiers',
    severity: 'error',
    source: OPERATIONAL,
    about: 'every value of `sensor_id` and `platform_id` is that attribute of a sensor or platform variable',
    check: ({ file }) =>
      (['sensor', 'platform'] as const).flatMap((kind) => {
        const variable = variableOf(file, `${kind}_id`);
        if (variable === undefined || variable.type !== 'char') return [];
        const known = file.variables.filter((each) => kindOf(each) === kind).map((each) => textOf(each, `${kind}_id`));
        const { length = 1 } = file.dimensions.find(({ name }) => name === variable.dimensions.at(-1)) ?? {};
        return [...new Set(textsIn(variable, length))]
          .filter((id) => !known.includes(id))
          .map((id) => fault(variable.name, `the ${kind}_id of a ${kind} variable`, `'${id}'`, 'make both the same'));
      }),
  },
  {
    id: 'emso.keywords',
    severity: 'error',
    source: `${SOURCE}, keywords`,
    about:
      '`keywords`, `keywords_uri` and `keywords_type` are lists of one length; so are the vocabularies, in one order',
    check({ file }) {
      const keywords = itemsOf(shown(file, 'keywords'));
      const faults = [
        ...lengthFault('keywords_uri', wordsOf(shown(file, 'keywords_uri')), keywords.length, 'keywords'),
        ...lengthFault('keywords_type', itemsOf(shown(file, 'keywords_type')), keywords.length, 'keywords'),
      ];
      const names = itemsOf(shown(file, 'keywords_vocabulary'));
      const uris = wordsOf(shown(file, 'keywords_vocabulary_uri'));
      faults.push(...lengthFault('keywords_vocabulary_uri', uris, names.length, 'keywords_vocabulary'));
      names.forEach((name, i) => {
        const uri = KEYWORD_VOCABULARIES.get(name);
        if (uri === undefined || uris[i] === undefined || uris[i].replace(/\/$/, '') === uri.replace(/\/$/, '')) return;
        faults.push(fault('keywords_vocabulary_uri', `${uri} for ${name}`, uris[i], 'put both lists in one order'));
      });
      return faults;
    },
  },
  {
    id: 'emso.contributors',
    severity: 'error',
    source: `${SOURCE}, global attributes`,
    about: 'there are as many `contributor_role` as `contributor_name`',
    check: ({ file }) =>
      lengthFault(
        'contributor_role',
        wordsOf(shown(file, 'contributor_role')),
        itemsOf(shown(file, 'contributor_name')).length,
        'contributor_name',
      ),
  },
  {
    id: 'emso.institution',
    severity: 'error',
    source: `${SOURCE}, global attributes`,
    about: '`institution_edmo_code` and `institution_edmo_uri` name the same organisations',
    check({ file }) {
      const codes = wordsOf(shown(file, 'institution_edmo_code'));
      const uris = wordsOf(shown(file, 'institution_edmo_uri'));
      const own = uris.map((uri) => uri.split('/').at(-1));
      if (codes.length === 0 || uris.length === 0 || codes.join() === own.join()) return [];
      return [fault('institution_edmo_uri', `codes ${codes.join(' ')}`, own.join(' '), 'put both lists in one order')];
    },
  },
  {
    id: 'emso.terms',
    severity: 'error',
    source: `${SOURCE}, names, URIs and URNs`,
    about: 'the URN and the URI of a term have the same code',
    check: ({ file }) =>
      file.variables.flatMap((variable) =>
        variable.attributes.flatMap(({ name }) => {
          const [, collection, code] = /^SDN:([A-Z0-9]+)::(.+)$/.exec(shown(variable, name) ?? '') ?? [];
          const uri = shown(variable, name.replace(/_urn$/, '_uri'));
          if (collection === undefined || !name.endsWith('_urn') || uri === undefined) return [];
          if (uriCode(uri, collection) === code) return [];
          return [
            fault(`${variable.name}:${name.replace(/_urn$/, '_uri')}`, `${code} of ${collection}`, uri, 'correct one'),
          ];
        }),
      ),
  },
];

function lengthFault(where: string, list: readonly string[], length: number, other: string): Fault[] {
  if (list.length === 0 || length === 0 || list.length === length) return [];
  return [fault(where, `${length}, as many as ${other}`, String(list.length), 'make the lists equally long')];
}

function sharedBy(variables: readonly NetcdfVariable[], attribute: string): Fault[] {
  const owner = new Map<string, string>();
  return variables.flatMap((variable) => {
    const text = textOf(variable, attribute);
    if (text === undefined || text === '') return [];
    const other = owner.get(text);
    owner.set(text, variable.name);
    if (other === undefined) return [];
    return [
      fault(`${variable.name}:${attribute}`, `one that ${other} does not have`, text, 'name the quantity more exactly'),
    ];
  });
}

/** The texts of a character variable: one, or one a row of `length` bytes. */
function textsIn(variable: NetcdfVariable, length: number): string[] {
  if (variable.dimensions.length < 2) return [textIn(variable)];
  const data = Uint8Array.from(variable.data);
  return Array.from({ length: data.length / length }, (_, row) =>
    textIn({ ...variable, data: data.subarray(row * length, (row + 1) * length) }),
  );
}
