/** A graph of resources in memory, written as JSON-LD with its context inside, or as Turtle. Both say the same triples. */

/** Prefixes of the vocabularies that our graphs use. */
const PREFIXES = {
  adms: 'http://www.w3.org/ns/adms#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  geo: 'http://www.opengis.net/ont/geosparql#',
  locn: 'http://www.w3.org/ns/locn#',
  prov: 'http://www.w3.org/ns/prov#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  spdx: 'http://spdx.org/rdf/terms#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

/** `dct:title`. */
export type Name = `${keyof typeof PREFIXES}:${string}`;

export interface Literal {
  readonly text: string;
  readonly language?: 'fr' | 'en';
  readonly type?: Name;
}

export interface Reference {
  readonly iri: string;
}

/** A resource with what is said of it; without `iri` it has no name of its own. */
export interface Resource {
  readonly iri?: string;
  readonly types: readonly Name[];
  readonly says: readonly (readonly [property: Name, value: Literal | Reference | Resource])[];
}

export function iri(address: string): Reference {
  return { iri: address };
}

export function text(value: string, language?: 'fr' | 'en'): Literal {
  return { text: value, ...(language !== undefined && { language }) };
}

export function typed(value: string | number, type: Name): Literal {
  return { text: String(value), type };
}

/** JSON-LD, whose `@context` holds the prefixes: no reader has to fetch anything. */
export function jsonLdOf(resources: readonly Resource[]): object {
  return { '@context': PREFIXES, '@graph': resources.map(nodeOf) };
}

function nodeOf({ iri: id, types, says }: Resource): object {
  const values = new Map<Name, object[]>();
  for (const [property, value] of says) values.set(property, [...(values.get(property) ?? []), nodeValue(value)]);
  return {
    ...(id !== undefined && { '@id': safeIri(id) }),
    ...(types.length > 0 && { '@type': types }),
    ...Object.fromEntries(values),
  };
}

function nodeValue(value: Literal | Reference | Resource): object {
  if ('types' in value) return nodeOf(value);
  if ('iri' in value) return { '@id': safeIri(value.iri) };
  return {
    '@value': value.text,
    ...(value.language !== undefined && { '@language': value.language }),
    ...(value.type !== undefined && { '@type': value.type }),
  };
}

export function turtleOf(resources: readonly Resource[]): string {
  const prefixes = Object.entries(PREFIXES).map(([prefix, base]) => `@prefix ${prefix}: <${base}> .\n`);
  return `${prefixes.join('')}\n${resources.map((resource) => `${subjectOf(resource)} .\n`).join('\n')}`;
}

function subjectOf(resource: Resource): string {
  const name = resource.iri === undefined ? '[]' : `<${safeIri(resource.iri)}>`;
  return `${name}${statements(resource, 1)}`;
}

function statements({ types, says }: Resource, depth: number): string {
  const indent = `\n${'  '.repeat(depth)}`;
  const lines = [
    ...(types.length === 0 ? [] : [`a ${types.join(', ')}`]),
    ...says.map(([property, value]) => `${property} ${turtleValue(value, depth)}`),
  ];
  return `${indent}${lines.join(` ;${indent}`)}`;
}

function turtleValue(value: Literal | Reference | Resource, depth: number): string {
  if ('types' in value) {
    if (value.iri !== undefined) {
      throw new Error(`turtle: expected a resource without a name inside another one, found <${value.iri}>`);
    }
    return `[${statements(value, depth + 1)}\n${'  '.repeat(depth)}]`;
  }
  if ('iri' in value) return `<${safeIri(value.iri)}>`;
  const end = value.language !== undefined ? `@${value.language}` : value.type !== undefined ? `^^${value.type}` : '';
  return `${quoted(value.text)}${end}`;
}

/** JSON's escapes are Turtle's too. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

/** What an IRI may not hold, percent-encoded. */
function safeIri(address: string): string {
  return address.replace(/[\s<>"{}|\\^`]/g, (character) => encodeURIComponent(character));
}
