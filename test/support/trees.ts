/** Comparing product trees, byte for byte. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeManifest } from '@emso/products';

/** Relative paths of all files below a directory, sorted; none when it does not exist. */
export function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * What differs between the products of two data roots: missing files, and the first differing byte of the others. Manifests are
 * compared by their content, since their history depends on when somebody looked.
 */
export function productDifferences(a: string, b: string): string[] {
  const differences: string[] = [];
  for (const kind of ['csv', 'netcdf', 'dat', 'manifest', 'comparison']) {
    const names = new Set([...filesBelow(path.join(a, kind)), ...filesBelow(path.join(b, kind))]);
    for (const name of names) {
      const [left, right] = [a, b].map((root) => path.join(root, kind, name));
      if (!existsSync(left) || !existsSync(right)) {
        differences.push(`${kind}/${name}: only in ${existsSync(left) ? a : b}`);
        continue;
      }
      const [x, y] = [left, right].map((file) => (kind === 'manifest' ? contentOf(file) : readFileSync(file)));
      if (x.equals(y)) continue;
      let at = 0;
      while (at < Math.min(x.length, y.length) && x[at] === y[at]) at++;
      const around = (bytes: Buffer): string =>
        JSON.stringify(bytes.subarray(Math.max(0, at - 40), at + 60).toString('latin1'));
      differences.push(`${kind}/${name}: byte ${at} of ${x.length} and ${y.length}: ${around(x)} | ${around(y)}`);
    }
  }
  return differences;
}

function contentOf(file: string): Buffer {
  return Buffer.from(JSON.stringify(decodeManifest(readFileSync(file, 'utf8')).content));
}
