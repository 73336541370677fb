/** What a release says of its files: the digest of the list that `sha256sum` prints of them. */
import { createHash } from 'node:crypto';

export interface ListedFile {
  /** Relative to the root that holds the tree `released`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The list, a line a file in order of path, and its own digest: `sha256sum $(files) | sha256sum` gives it again. */
export function sumsOf(files: readonly ListedFile[]): { readonly text: string; readonly sha256: string } {
  const text = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, bytes }) => `${sha256(bytes)}  ${path}\n`)
    .join('');
  return { text, sha256: sha256(text) };
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
