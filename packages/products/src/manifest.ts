/**
 * What a day's files are: `content` is a function of raw records, configuration and data versions, the same whether the
 * day grew line by line or was rebuilt; `history` is everything that depends on when somebody looked at it.
 */
import type { RejectReason } from '@emso/core';

export interface ManifestFile {
  /** Relative to the data root. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ManifestSession {
  readonly session: string;
  readonly first: number;
  readonly last: number;
  /** No sequence number between first and last is missing. */
  readonly contiguous: boolean;
}

export interface ManifestGap {
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  /** Samples that the cadence promised and nobody has. */
  readonly missing: number;
}

export interface ManifestContent {
  readonly rows: number;
  readonly files: { readonly csv: ManifestFile; readonly netcdf: ManifestFile };
  readonly raw: {
    /** `rawDigest` of the records, or `dat:` and the digest of historical rows that were read as they are. */
    readonly digest: string;
    readonly records: number;
    readonly sessions: readonly ManifestSession[];
  };
  readonly build: string;
  /** SHA-256 of the expert flags that the files are made with; absent when there are none for the day. */
  readonly expertFlags?: string;
  /** Number of rejected records by reason. */
  readonly rejections: Readonly<Partial<Record<RejectReason, number>>>;
  /** Records that are known to be no sample. */
  readonly ignored: number;
  /** Records received outside every deployment, decoded with the nearest one's settings. */
  readonly outsideDeployments: number;
  readonly gaps: readonly ManifestGap[];
}

export interface ManifestHistory {
  readonly state: 'open' | 'sealed' | 'incomplete';
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly sealedAt?: string;
  /** The files are being replaced: a crash in between is repaired by a rebuild. */
  readonly pending?: boolean;
  readonly notes: readonly string[];
}

export interface Manifest {
  readonly content: ManifestContent;
  readonly history: ManifestHistory;
}

/** The manifest as JSON: keys in code unit order, two blanks of indent, a line feed at the end. */
export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify(ordered(manifest), undefined, 2)}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, ordered(field)]));
}

/** The manifest in a JSON text. Throws with the place and the finding when it is not one. */
export function decodeManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`manifest: expected JSON, found ${JSON.stringify(text.slice(0, 40))}: rebuild the day`, { cause });
  }
  MANIFEST(value, 'manifest');
  return value as Manifest;
}

/** Throws unless `value` has the shape; `path` says where it stands. */
type Check = (value: unknown, path: string) => void;

function check(expected: string, holds: (value: unknown) => boolean): Check {
  return (value, path) => {
    if (!holds(value)) {
      throw new Error(`${path}: expected ${expected}, found ${JSON.stringify(value) ?? 'nothing'}: rebuild the day`);
    }
  };
}

const isObject = check('an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const isList = check('a list', Array.isArray);
const isText = check('a text', (value) => typeof value === 'string');
const isBoolean = check('true or false', (value) => typeof value === 'boolean');
const isCount = check('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
const isState = check('open, sealed or incomplete', (value) =>
  ['open', 'sealed', 'incomplete'].includes(value as string),
);
const isSha256 = check('64 hexadecimal digits', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const isDigest = check(
  '64 hexadecimal digits, after dat: or alone',
  (value) => typeof value === 'string' && /^(dat:)?[0-9a-f]{64}$/.test(value),
);

function optional(inner: Check): Check {
  return (value, path) => {
    if (value !== undefined) inner(value, path);
  };
}

function listOf(inner: Check): Check {
  return (value, path) => {
    isList(value, path);
    (value as unknown[]).forEach((item, i) => {
      inner(item, `${path}[${i}]`);
    });
  };
}

function recordOf(inner: Check): Check {
  return (value, path) => {
    isObject(value, path);
    for (const [key, field] of Object.entries(value as object)) inner(field, `${path}.${key}`);
  };
}

/** Exactly these fields: another one is a manifest of another time, and is not half understood. */
function fields(shape: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    isObject(value, path);
    const found = value as Record<string, unknown>;
    for (const [key, inner] of Object.entries(shape)) inner(found[key], `${path}.${key}`);
    const stranger = Object.keys(found).find((key) => !Object.hasOwn(shape, key));
    if (stranger !== undefined) {
      throw new Error(
        `${path}: expected the fields ${Object.keys(shape).join(', ')}, found '${stranger}': rebuild the day`,
      );
    }
  };
}

const FILE = fields({ path: isText, sha256: isSha256, bytes: isCount });
const SESSION = fields({ session: isText, first: isCount, last: isCount, contiguous: isBoolean });
const GAP = fields({ from: isText, to: isText, cause: isText, missing: isCount });
const MANIFEST = fields({
  content: fields({
    rows: isCount,
    files: fields({ csv: FILE, netcdf: FILE }),
    raw: fields({ digest: isDigest, records: isCount, sessions: listOf(SESSION) }),
    build: isText,
    expertFlags: optional(isSha256),
    rejections: recordOf(isCount),
    ignored: isCount,
    outsideDeployments: isCount,
    gaps: listOf(GAP),
  }),
  history: fields({
    state: isState,
    version: isCount,
    sealedAt: optional(isText),
    pending: optional(isBoolean),
    notes: listOf(isText),
  }),
});
