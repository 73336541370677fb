/** What a day's manifest says about bytes that are about to be published. */
import type { Manifest } from '@emso/products';
import { placeOf } from './source-tree.ts';

/** `settling`: the writer is replacing the day's files. `damaged`: these are not the bytes that were sealed. */
export type Verdict = 'publish' | 'settling' | 'damaged';

/** True for trees whose files a manifest vouches for: what stands under another name in `versions/` was kept as it was found. */
function isVouchedFor(version: string): boolean {
  return version === '' || /^versions\/v\d+\/$/.test(version);
}

/** Judges a product by its SHA-256. An open day's CSV grows past its manifest, so only sealed ones are held to it. */
export function verdictOf(manifest: Manifest | undefined, path: string, sha256: string): Verdict {
  const place = placeOf(path);
  if (manifest === undefined || place === undefined || manifest.history.state === 'open') return 'publish';
  if ((place.tree !== 'csv' && place.tree !== 'netcdf') || !isVouchedFor(place.version)) return 'publish';
  if (manifest.content.files[place.tree].sha256 === sha256) return 'publish';
  return manifest.history.pending === true ? 'settling' : 'damaged';
}

/**
 * True when every product that a sealed manifest names is on the NAS as it names it; `publishedSha256` gives undefined for a file
 * that was never published. A kept version may lack one.
 */
export function isBacked(
  manifest: Manifest,
  path: string,
  publishedSha256: (path: string) => string | undefined,
): boolean {
  const place = placeOf(path);
  if (place === undefined || manifest.history.state === 'open' || !isVouchedFor(place.version)) return true;
  const { csv, netcdf } = manifest.content.files;
  return [csv, netcdf].every(({ path: product, sha256 }) => {
    const published = publishedSha256(`${place.version}${product}`);
    return published === sha256 || (published === undefined && place.version !== '');
  });
}
