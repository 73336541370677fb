/** All files of one call of `emso validate`. */
import type { Terms, UnitProfile } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { loadSiteFile } from '../site-file.ts';
import { verdictJson, verdictText } from './report.ts';
import { filesBelow, unknownRules, validateFile } from './validate.ts';
import { readTerms } from './vocabularies.ts';

export interface ValidateSettings {
  /** Whose units; those that the site file writes where absent. */
  readonly profile?: UnitProfile;
  readonly vocab?: string;
  readonly observatory: string;
  readonly json?: boolean;
  readonly rules?: readonly string[];
}

/** Writes a verdict for each file and returns the exit code: 3 before 1 before 0. Throws CommandFailure. */
export async function runValidate(
  places: readonly string[],
  { profile, vocab, observatory, json, rules }: ValidateSettings,
  write: (text: string) => void,
): Promise<number> {
  const unknown = unknownRules(rules ?? []);
  if (unknown.length > 0) {
    throw new CommandFailure(
      EXIT.usage,
      `--rules: expected ids of docs/validate.md or their first part, found '${unknown.join(' ')}'`,
    );
  }
  const site = loadSiteFile(observatory);
  const options = {
    profile: profile ?? site.observatory.netcdf.profile,
    rules,
    observatory: site,
    terms: vocab === undefined ? undefined : await termsOf(vocab),
  };
  const files = await filesBelow(places);
  if (files.length === 0) {
    throw new CommandFailure(EXIT.unreachable, `expected *.nc or *.csv files below ${places.join(', ')}, found none`);
  }
  const progress = startProgress('files', files.length);
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    const verdict = await validateFile(file, options);
    write(json ? verdictJson(verdict) : verdictText(verdict));
    if (verdict.unreadable !== undefined) exitCode = EXIT.unreachable;
    else if (exitCode === EXIT.ok && verdict.findings.some(({ severity }) => severity === 'error'))
      exitCode = EXIT.problem;
    progress.step();
  }
  progress.stop();
  return exitCode;
}

async function termsOf(folder: string): Promise<Terms> {
  try {
    return await readTerms(folder);
  } catch (error) {
    throw new CommandFailure(EXIT.unreachable, (error as Error).message, error);
  }
}
