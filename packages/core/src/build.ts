/** What computed a product: data versions and effective configuration (PROMISE 19). Two equal builds give equal bytes. */
import { createHash } from 'node:crypto';

/** Integers, raised when the same input gives another output; never package versions. */
export interface DataVersions {
  readonly decoder: number;
  readonly derivation: number;
  readonly qc: number;
  readonly product: number;
}

/** `d1.v1.q1.p1-<12 hex of the configuration>`. */
export function buildOf(versions: DataVersions, effectiveConfig: unknown): string {
  const hash = createHash('sha256').update(canonicalJson(effectiveConfig)).digest('hex').slice(0, 12);
  return `d${versions.decoder}.v${versions.derivation}.q${versions.qc}.p${versions.product}-${hash}`;
}

/** JSON with sorted keys: equal values give equal text whatever the order they were written in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
}

/** The data versions and the digest of the configuration that a build names; undefined for a text that is none. */
export function readBuild(
  build: string,
): { readonly versions: DataVersions; readonly configuration: string } | undefined {
  const found = /^d(\d+)\.v(\d+)\.q(\d+)\.p(\d+)-([0-9a-f]+)$/.exec(build);
  if (found === null) return undefined;
  const [decoder, derivation, qc, product] = found.slice(1, 5).map(Number);
  return { versions: { decoder, derivation, qc, product }, configuration: found[5] };
}
