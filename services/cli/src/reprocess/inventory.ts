/** Which raw files of a tree belong to which sensor and day. */
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDatName } from '@emso/instruments';
import type { SensorPlan } from '@emso/pipeline';

export interface RawFile {
  readonly path: string;
  readonly format: 'raw' | 'dat';
  readonly day: number;
  readonly bytes: number;
}

/**
 * The raw files of each plan, by its file prefix, in order of day. `.dat` is ignored for a sensor that has any `.raw`: it is a
 * view of the same records. Names that fit no sensor are returned beside.
 */
export async function findRawFiles(
  root: string,
  plans: readonly SensorPlan[],
): Promise<{ files: ReadonlyMap<SensorPlan, RawFile[]>; unclaimed: string[] }> {
  const files = new Map<SensorPlan, RawFile[]>();
  const unclaimed: string[] = [];
  const byPrefix = new Map(plans.map((plan) => [plan.sensor.prefix, plan]));
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const format = entry.name.endsWith('.raw') ? 'raw' : entry.name.endsWith('.dat') ? 'dat' : undefined;
    if (!entry.isFile() || format === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    // Both kinds are named alike, and only the historical ones are ever misspelt.
    const name = parseDatName(entry.name.replace(/\.raw$/, '.dat'));
    const plan = name === undefined ? undefined : byPrefix.get(name.prefix);
    if (name === undefined || plan === undefined) {
      unclaimed.push(path);
      continue;
    }
    const own = files.get(plan) ?? [];
    own.push({ path, format, day: name.day, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0 });
    files.set(plan, own);
  }
  for (const [plan, own] of files) {
    const raw = own.filter((file) => file.format === 'raw');
    files.set(plan, (raw.length > 0 ? raw : own).sort(inOrder));
  }
  return { files, unclaimed };
}

/** Raw files in order of day; of one day, by path. */
export function inOrder(a: RawFile, b: RawFile): number {
  return a.day - b.day || (a.path < b.path ? -1 : 1);
}
