/** Validation against the ISO schemas by xmllint, without network. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure, EXIT } from '../command-failure.ts';

/** The schema that knows gmd, gmx and srv; gmd.xsd alone does not know links in texts. */
const SCHEMA = join('apiso', 'apiso.xsd');

/** The schema in a directory of ISO schemas. Throws CommandFailure 3 where it is not. */
export function schemaFile(schemas: string): string {
  const file = join(schemas, SCHEMA);
  if (existsSync(file)) return file;
  throw new CommandFailure(EXIT.unreachable, `--schemas: expected ${SCHEMA} in ${schemas}, found none`);
}

/** What the schema refuses in a file, one line each. Throws CommandFailure 3 without xmllint. */
export function schemaFaults(schema: string, file: string): string[] {
  const { error, status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error !== undefined) {
    const what = 'expected xmllint on PATH, found none: install it (Debian, Ubuntu: apt-get install libxml2-utils)';
    throw new CommandFailure(EXIT.unreachable, what, error);
  }
  if (status === 0) return [];
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith(`${file}:`))
    .map((line) => line.slice(file.length + 1).replaceAll(/\{http[^}]*\}/g, ''));
  return lines.length > 0 ? lines : [`xmllint ended with ${status}: ${stderr.trim()}`];
}
