/** The rules that `emso validate` asks, and the page of rules prints. */
import { ACDD_RULES } from './acdd.ts';
import { CF_RULES } from './cf.ts';
import { CF_STRUCTURE_RULES } from './cf-structure.ts';
import { CONTENT_RULES } from './contents.ts';
import { CSV_RULES, type CsvSubject } from './csv.ts';
import { EMSO_RULES } from './emso.ts';
import type { NetcdfSubject, Rule } from './rule.ts';
import { STORED_RULES } from './stored.ts';

export { type CsvSubject, csvSubject } from './csv.ts';
export { type EmsoScore, emsoScore } from './emso.ts';
export * from './rule.ts';

/** Rules of a NetCDF file, in the order in which findings are told. */
export const NETCDF_RULES: readonly Rule<NetcdfSubject>[] = [
  ...CF_RULES,
  ...CF_STRUCTURE_RULES,
  ...ACDD_RULES,
  ...EMSO_RULES,
  ...CONTENT_RULES,
  ...STORED_RULES,
];

/** Rules of a daily CSV, in the same order. */
export const CSV_FILE_RULES: readonly Rule<CsvSubject>[] = [...CSV_RULES, ...STORED_RULES];
