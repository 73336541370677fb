/**
 * The fake server against GeoNetwork's own description of its interface, where that is at hand: every request that our client makes, and
 * every answer that it gets, must be one that the description knows. So the fake does not drift towards our client.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import type { PROFILE_NAMES } from './profiles.ts';
import { DATASET_UUID, records } from './records.ts';
import type { Answered } from './store.ts';
import { setUpSync } from './sync-setup.ts';

const FILE = path.resolve(import.meta.dirname, '../../../../shared/iso19139/related/geonetwork-4.2.7-openapi.yaml');

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/**
 * Where CATALOGUE §1 and the description differ, and why the fake follows the former: the description lists what its annotations say, and
 * errors come from a handler that has none.
 */
const KNOWN_DIFFERENCES = new Set([
  'GET /site: body',
  '404 without an entry',
  '400 without an entry',
  '403 error body',
]);

/** The description; some of its long texts are indented less than YAML wants, and are joined first. */
function description(): OpenApi {
  const text = readFileSync(FILE, 'utf8').replace(/\\\n\s*(\\ )?/g, (_, blank) => (blank === undefined ? '' : ' '));
  return parse(text) as OpenApi;
}

/** Everything that the sync asks in its life, answered. */
async function conversation(t: TestContext, profile: (typeof PROFILE_NAMES)[number]): Promise<Answered[]> {
  const { fake, round } = await setUpSync(t, profile);
  await round();
  await round(records({ [DATASET_UUID]: { title: 'Autre' } }));
  const withdrawn = records({ [DATASET_UUID]: { withdrawn: true } });
  await round(withdrawn);
  await round(withdrawn, { deleteWithdrawn: true });
  fake.store.behaviour.invalid = () => 'no';
  await round(records({ [DATASET_UUID]: { title: 'Autre' } }), { config: { group: 'EMSO', rejectIfInvalid: true } });
  return fake.store.answered;
}

test('every request and answer is one that the description of 4.2.7 knows', { timeout: 60_000 }, async (t) => {
  if (!existsSync(FILE)) return t.skip('the description of GeoNetwork (../shared) is not at hand');
  const api = description();
  const answered = await conversation(t, '4.2.7');
  const seenOperations = new Set<string>();
  const faults = answered.flatMap((each) => faultsOf(api, each, seenOperations));
  assert.deepEqual([...new Set(faults)], []);
  assert.deepEqual([...seenOperations].sort(), [
    'DELETE /records/{metadataUuid}',
    'GET /groups',
    'GET /me',
    'GET /records/{metadataUuid}/formatters/xml',
    'GET /site',
    'PUT /records',
    'PUT /records/{metadataUuid}/publish',
    'PUT /records/{metadataUuid}/unpublish',
  ]);
});

test('what the description does not know is found', async (t) => {
  if (!existsSync(FILE)) return t.skip('the description of GeoNetwork (../shared) is not at hand');
  const api = description();
  const answer = (method: string, at: string, status: number, body: unknown): Answered => ({
    seen: { method, path: `/srv/api${at}`, headers: {}, body: '' },
    status,
    type: 'application/json',
    text: JSON.stringify(body),
  });
  const found = (each: Answered): string => faultsOf(api, each, new Set()).join('; ');
  assert.match(found(answer('GET', '/mee', 200, {})), /no such path/);
  assert.match(found(answer('DELETE', '/me', 200, {})), /no such method/);
  assert.match(found(answer('PUT', '/records?grup=3', 201, {})), /no parameter 'grup'/);
  assert.match(found(answer('PUT', '/records?uuidProcessing=REPLACE', 201, {})), /'REPLACE' is none of/);
  assert.match(found(answer('PUT', '/records?group=3', 201, { metadataInfo: {} })), /no field 'metadataInfo'/);
  assert.match(found(answer('PUT', '/records', 201, { errors: {} })), /errors: expected array/);
  assert.match(found(answer('GET', '/me', 299, {})), /no answer 299/);
});

function faultsOf(api: OpenApi, { seen, status, type, text }: Answered, operations: Set<string>): string[] {
  const [at, query = ''] = seen.path.replace(/^\/srv\/api/, '').split('?');
  const template = api.paths[at] !== undefined ? at : templateOf(api, at);
  const name = `${seen.method} ${template ?? at}`;
  if (template === undefined) return [`${name}: no such path`];
  const operation = api.paths[template][seen.method.toLowerCase()];
  if (operation === undefined) return [`${name}: no such method`];
  operations.add(name);
  const faults: string[] = [];
  const fault = (what: string): void => {
    if (!KNOWN_DIFFERENCES.has(what) && !KNOWN_DIFFERENCES.has(`${name}: ${what}`)) faults.push(`${name}: ${what}`);
  };
  for (const [key, value] of new URLSearchParams(query)) {
    const parameter = operation.parameters?.find((each) => each.name === key && each.in === 'query');
    if (parameter === undefined) fault(`no parameter '${key}'`);
    else if (parameter.schema.enum?.includes(value) === false) fault(`'${value}' is none of ${parameter.schema.enum}`);
    else if (parameter.schema.type === 'boolean' && !/^(true|false)$/.test(value))
      fault(`${key}: '${value}' is no boolean`);
  }
  if (seen.body !== '') {
    const sent = String(seen.headers['content-type']).split(';')[0];
    const taken = Object.keys(operation.requestBody?.content ?? {});
    if (!taken.includes(sent)) fault(`a body of type ${sent}, expected one of ${taken}`);
  }
  const response = operation.responses[String(status)];
  if (response === undefined) fault(status >= 400 ? `${status} without an entry` : `no answer ${status}`);
  // Errors have their own shape, from a handler of their own.
  else if (type.includes('json') && status < 400 && text !== '') {
    const schema = Object.values(response.content ?? {})[0]?.schema;
    if (KNOWN_DIFFERENCES.has(`${name}: body`)) return faults;
    if (schema === undefined) fault(`a body where ${status} has none`);
    else for (const each of shapeFaults(api, schema, JSON.parse(text), '')) fault(each);
  }
  return faults;
}

/** The template of a path; of several the one with the fewest variables. */
function templateOf(api: OpenApi, at: string): string | undefined {
  const parts = at.split('/');
  const variables = (template: string): number => template.split('{').length;
  return Object.keys(api.paths)
    .filter((template) => {
      const names = template.split('/');
      return names.length === parts.length && names.every((each, i) => each.startsWith('{') || each === parts[i]);
    })
    .sort((a, b) => variables(a) - variables(b))[0];
}

/** Fields that a schema does not have, and values of another type. */
function shapeFaults(api: OpenApi, schema: Schema, value: unknown, at: string): string[] {
  if (value === null) return [];
  if (schema.$ref !== undefined) {
    return shapeFaults(api, api.components.schemas[schema.$ref.replace(/^.*\//, '')], value, at);
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${at}: expected array`];
    return value.flatMap((item) => shapeFaults(api, schema.items ?? {}, item, `${at}[]`));
  }
  if (schema.type === 'object') {
    if (typeof value !== 'object') return [`${at}: expected object`];
    return Object.entries(value).flatMap(([key, inner]) => {
      const known = schema.properties?.[key] ?? schema.additionalProperties;
      const place = at === '' ? key : `${at}.${key}`;
      return known === undefined ? [`no field '${place}'`] : shapeFaults(api, known, inner, place);
    });
  }
  const expected = schema.type === 'integer' ? 'number' : schema.type;
  return expected === undefined || typeof value === expected ? [] : [`${at}: expected ${expected}`];
}
