/**
 * A snapshot: which files, in which versions and with which bytes, stood behind a DOI or a yearly fragment. It names them for
 * ever; the files themselves are found again by their hash, wherever later versions have moved them.
 */
import { createHash } from 'node:crypto';

/** The tree of a data root that holds snapshots: the writer leaves it alone. */
export const SNAPSHOTS = 'snapshots';

export interface SnapshotFile {
  /** Relative to the data root, as it was then. */
  readonly path: string;
  /** The sealed version of the day; 0 for validated data, whose releases have no number. */
  readonly version: number;
  readonly sha256: string;
  readonly bytes: number;
}

/** What a citation says, as the site file had it then. */
export interface SnapshotCitation {
  readonly title: { readonly fr: string; readonly en: string };
  readonly authors: readonly { readonly name: string; readonly role: string; readonly orcid?: string }[];
  readonly publisher: string;
  readonly license: string;
  readonly doi?: string;
}

/** All of it but its own hash. */
export interface SnapshotContent {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly observatory: string;
  readonly sensors: readonly string[];
  /** First and last day, `YYYY-MM-DD`, as they were asked for. */
  readonly from: string;
  readonly to: string;
  readonly citation: SnapshotCitation;
  /** In order of path. */
  readonly files: readonly SnapshotFile[];
}

export type Snapshot = SnapshotContent & {
  /** SHA-256 of `snapshotText` of the content: what `jq -S 'del(.sha256)' NAME.json | sha256sum` prints. */
  readonly sha256: string;
};

/** The snapshot with its own hash. */
export function withDigest(content: SnapshotContent): Snapshot {
  return { ...content, sha256: digestOf(content) };
}

/** JSON: keys in code unit order, two blanks of indent, a line feed at the end. */
export function snapshotText(value: Snapshot | SnapshotContent): string {
  return `${JSON.stringify(ordered(value), undefined, 2)}\n`;
}

/** The snapshot in a JSON text. Throws with the place and the finding when it is none, or is not what it was. */
export function decodeSnapshot(text: string): Snapshot {
  let value: Snapshot;
  try {
    value = JSON.parse(text) as Snapshot;
  } catch (cause) {
    throw new Error(`expected a snapshot in JSON, found ${JSON.stringify(text.slice(0, 40))}: restore it from a copy`, {
      cause,
    });
  }
  if (typeof value !== 'object' || value === null || !Array.isArray(value.files)) {
    throw new Error('expected a snapshot with a list of files, found none: restore it from a copy');
  }
  const { sha256, ...content } = value;
  const found = digestOf(content);
  if (found !== sha256) {
    throw new Error(
      `expected the snapshot whose SHA-256 is ${sha256}, found one of ${found}: somebody changed it, restore it from a copy`,
    );
  }
  return value;
}

/** The files as `sha256sum` lists them. */
export function sumsText({ files }: Pick<SnapshotContent, 'files'>): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** True when both name the same things; when they were made does not count. */
export function isSameSnapshot(a: SnapshotContent, b: SnapshotContent): boolean {
  const [x, y] = [a, b].map((each) => digestOf({ ...contentOf(each), createdAt: '' }));
  return x === y;
}

function contentOf(value: SnapshotContent): SnapshotContent {
  const { sha256: _sha256, ...content } = value as Snapshot;
  return content;
}

function digestOf(content: SnapshotContent): string {
  return createHash('sha256').update(snapshotText(content)).digest('hex');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, ordered(field)]));
}
