/** What a rule is, and what it looks at. Rules are data: the command, the page and the tests all read the same list. */
import type { NetcdfFile } from '../netcdf-file.ts';

/** `error`: no data centre would take the file. `warning`: it would, and somebody will ask. */
export type Severity = 'error' | 'warning';

/** Which side is asked for where CF's units and EMSO's cannot both be had: salinity, directions, beam attenuation. */
export type UnitProfile = 'cf' | 'emso';

export interface Fault {
  /** Attribute, variable or line. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}

export interface Rule<Subject> {
  readonly id: string;
  readonly severity: Severity;
  /** In words: `CF-1.6 §2.4`, `ACDD-1.3`. */
  readonly source: string;
  /** One line for the page of rules. */
  readonly about: string;
  readonly check: (subject: Subject) => readonly Fault[];
}

export interface Finding extends Fault {
  readonly rule: string;
  readonly severity: Severity;
  readonly source: string;
}

/** Size and digest of a file as it stands on disk, and what the manifest beside it says; `undefined` without a manifest. */
export interface StoredFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly manifest?: { readonly path: string; readonly sha256: string; readonly bytes: number };
  /** What is wrong with the manifest itself. */
  readonly manifestFault?: string;
}

/** Labels of vocabulary terms by URN (`SDN:L05::130`), for as many collections as somebody has at hand. */
export interface Terms {
  /** Collections that are complete, `L05`. */
  readonly collections: ReadonlySet<string>;
  readonly labels: ReadonlyMap<string, { readonly label: string; readonly alternative: string }>;
}

/** A place in a netCDF-4 file where something stands that the classic model does not have. */
export interface ForeignType {
  readonly where: string;
  readonly type: string;
}

export interface NetcdfSubject {
  readonly file: NetcdfFile;
  /** Name without folder. */
  readonly name: string;
  readonly profile: UnitProfile;
  readonly foreign?: readonly ForeignType[];
  /** Prefixes of the sensors of the site, to know day files by name. */
  readonly prefixes?: readonly string[];
  readonly stored?: StoredFile;
  readonly terms?: Terms;
}

/** The findings of a list of rules, in the order of the list. */
export function findingsOf<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Finding[] {
  return rules.flatMap(({ id, severity, source, check }) =>
    check(subject).map((fault) => ({ rule: id, severity, source, ...fault })),
  );
}
