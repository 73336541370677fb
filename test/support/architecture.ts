/**
 * The rules of the house as one pure function: who may know whom, who may touch the world, and what pure packages may not
 * compute with (PROMISE 25). Takes sources, gives faults, so that it can be tried on bad examples.
 */
import { isBuiltin } from 'node:module';
import { type Import, importsOf, lineAt, type Scan, scanSource } from './source-scan.ts';

export interface Unit {
  /** `packages/core`, `services/writer`. */
  readonly folder: string;
  /** Its package.json; undefined when there is none. */
  readonly manifest?: Manifest;
  readonly files: readonly SourceFile[];
}

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** `.` and further doors such as `./lock`. */
  readonly exports?: Readonly<Record<string, string>>;
}

export interface SourceFile {
  /** Relative to the unit, `src/time.ts`. */
  readonly path: string;
  readonly text: string;
}

const PURE = ['core', 'seawater', 'instruments', 'qc', 'products', 'pipeline'];

/** Which packages a package may know. Services may know all packages. */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  seawater: [],
  instruments: ['core', 'seawater'],
  qc: ['core', 'seawater'],
  products: ['core', 'seawater'],
  pipeline: ['core', 'seawater', 'instruments', 'qc', 'products'],
  runtime: ['core'],
};

/** Network, disk and processes: for runtime and services only. */
const WORLD =
  /^(?:node:(?:net|tls|dgram|dns|fs|http|https|http2|child_process|worker_threads|cluster)(?:\/.*)?|@nats-io\/.*|ioredis|fastify|@fastify\/.*|@grpc\/.*)$/;

/** Redis may be gone at any time; one file knows that. */
const REDIS_FILE = 'packages/runtime/src/cache.ts';

const MAX_LINES = 400;

const REFUSED_NAME = /^(?:utils?|helpers?|common)(?:\.|$)/;

/** What gives other bytes on another machine, another Node or another day. */
const REFUSED_IN_PURE: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\*\*/g, instead: 'write x * x * x' },
  { pattern: /\bMath\s*\.\s*pow\b/g, instead: 'write x * x * x, or x * Math.sqrt(x)' },
  { pattern: /\bMath\s*\.\s*hypot\b/g, instead: 'write Math.sqrt(x * x + y * y)' },
  { pattern: /\bMath\s*\.\s*random\b/g, instead: 'take the value as an argument' },
  { pattern: /\bIntl\b/g, instead: 'format by hand' },
  { pattern: /\blocaleCompare\b/g, instead: 'compare code units with <' },
  { pattern: /\btoLocale\w*/g, instead: 'format by hand' },
  { pattern: /\ballocUnsafe(?:Slow)?\b/g, instead: 'use new Uint8Array(n)' },
  { pattern: /\bDate\s*\.\s*now\b/g, instead: 'take the time as an argument' },
  { pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?=[;,)\]}.\n]))/g, instead: 'take the time as an argument' },
  { pattern: /\bperformance\s*\.\s*now\b/g, instead: 'measure in the caller' },
  { pattern: /\bprocess\s*\.\s*env\b/g, instead: 'take the setting as an argument' },
];

/** Every breach of the rules in a workspace, one line each: where, what, and what to do. */
export function architectureFaults(units: readonly Unit[], rootDevDependencies: readonly string[] = []): string[] {
  const folderOf = new Map(
    units.flatMap((unit) => entriesOf(unit.manifest).map((entry) => [entry, unit.folder] as const)),
  );
  return units.flatMap((unit) => unitFaults(unit, folderOf, new Set(rootDevDependencies)));
}

/** What a package may be imported as: its name, and the doors beside the main one that its manifest declares. */
function entriesOf(manifest: Manifest | undefined): string[] {
  if (manifest === undefined) return [];
  return [manifest.name, ...Object.keys(manifest.exports ?? {}).map((key) => manifest.name + key.slice(1))];
}

function unitFaults(unit: Unit, folderOf: ReadonlyMap<string, string>, rootDev: ReadonlySet<string>): string[] {
  const [group, name] = unit.folder.split('/');
  if (unit.manifest === undefined)
    return [`${unit.folder}: expected a package.json, found none: every folder here is a workspace package`];
  const faults: string[] = [];
  if (group === 'packages' && MAY_KNOW[name] === undefined) {
    faults.push(
      `${unit.folder}: expected one of ${Object.keys(MAY_KNOW).join(', ')}: put the file into one of these packages`,
    );
  }
  const needed = new Map<string, string>();
  const neededByTests = new Map<string, string>();
  for (const file of unit.files) {
    const at = `${unit.folder}/${file.path}`;
    const isTest = file.path.endsWith('.test.ts');
    const scan = scanSource(file.text);
    const fault = (line: number, text: string): void => {
      faults.push(`${at}:${line}: ${text}`);
    };
    if (file.path.split('/').some((part) => REFUSED_NAME.test(part))) {
      faults.push(`${at}: a name that says nothing: name it after the thing it holds`);
    }
    const lines = lineAt(file.text, file.text.length);
    if (!isTest && lines > MAX_LINES)
      faults.push(`${at}: ${lines} lines, at most ${MAX_LINES}: look for the second concept in it`);
    for (const each of importsOf(scan)) {
      const problem = importFault(each, { group, name, at, isTest, folderOf });
      if (problem !== undefined) fault(each.line, problem);
      const dependency = packageOf(each.specifier);
      if (dependency !== undefined) (isTest ? neededByTests : needed).set(dependency, `${at}:${each.line}`);
    }
    if (group === 'packages' && PURE.includes(name) && !isTest) {
      for (const [line, text] of impurities(scan)) fault(line, text);
    }
  }
  return [...faults, ...manifestFaults(unit.folder, unit.manifest, needed, neededByTests, rootDev)];
}

interface ImportPlace {
  readonly group: string;
  readonly name: string;
  readonly at: string;
  readonly isTest: boolean;
  readonly folderOf: ReadonlyMap<string, string>;
}

function importFault({ specifier }: Import, { group, name, at, isTest, folderOf }: ImportPlace): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('file:')) {
    const target = resolveRelative(at, specifier);
    if (target.startsWith(`${group}/${name}/`)) return undefined;
    if (isTest && target.startsWith('test/support/')) return undefined;
    return `'${specifier}' leaves the package: import packages by name`;
  }
  const dependency = packageOf(specifier);
  if (dependency?.startsWith('@emso/')) {
    const folder = folderOf.get(dependency);
    if (folder === undefined) return `'${specifier}' is no package of this workspace`;
    if (!folderOf.has(specifier)) return `'${specifier}' reaches into a package: import '${dependency}'`;
    const [otherGroup, other] = folder.split('/');
    if (otherGroup === 'services') return `'${specifier}' is a service: move what is shared to a package`;
    if (group === 'packages' && !MAY_KNOW[name]?.includes(other)) {
      return `'${specifier}': ${name} may know ${MAY_KNOW[name]?.join(', ') || 'no other package'}`;
    }
  }
  if (isTest) return undefined;
  const full = isBuiltin(specifier) && !specifier.startsWith('node:') ? `node:${specifier}` : specifier;
  if (WORLD.test(full) && group === 'packages' && name !== 'runtime') {
    return `'${specifier}' touches the world: only runtime and services may; pass the value in`;
  }
  if (specifier === 'ioredis' && at !== REDIS_FILE) return `'ioredis': only ${REDIS_FILE} may import it`;
  return undefined;
}

function impurities(scan: Scan): [line: number, text: string][] {
  return REFUSED_IN_PURE.flatMap(({ pattern, instead }) =>
    [...scan.code.matchAll(pattern)].map((found): [number, string] => [
      lineAt(scan.code, found.index),
      `'${found[0].trim()}' in a pure package: ${instead} (PROMISE 25)`,
    ]),
  );
}

function manifestFaults(
  folder: string,
  manifest: Manifest,
  needed: ReadonlyMap<string, string>,
  neededByTests: ReadonlyMap<string, string>,
  rootDev: ReadonlySet<string>,
): string[] {
  const at = `${folder}/package.json`;
  const declared = Object.keys(manifest.dependencies ?? {});
  const declaredDev = Object.keys(manifest.devDependencies ?? {});
  const faults: string[] = [];
  for (const [name, where] of needed) {
    if (!declared.includes(name)) faults.push(`${at}: expected '${name}' in dependencies: ${where} imports it`);
  }
  for (const name of declared) {
    if (!needed.has(name)) faults.push(`${at}: '${name}' in dependencies, but no source imports it: remove it`);
  }
  for (const [name, where] of neededByTests) {
    if (![...declared, ...declaredDev].includes(name) && !rootDev.has(name)) {
      faults.push(`${at}: expected '${name}' in devDependencies: ${where} imports it`);
    }
  }
  for (const name of declaredDev) {
    const typed = name.startsWith('@types/') ? name.slice(7) : name;
    if (!neededByTests.has(typed) && !needed.has(typed)) {
      faults.push(`${at}: '${name}' in devDependencies, but nothing here imports it: remove it`);
    }
  }
  return faults;
}

/** Name of the package a specifier belongs to; undefined for Node's own and for relative ones. */
function packageOf(specifier: string): string | undefined {
  if (/^(?:\.|\/|file:)/.test(specifier) || specifier.startsWith('node:') || isBuiltin(specifier)) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** A relative specifier as a path from the root of the workspace. */
function resolveRelative(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
