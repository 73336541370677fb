/** The site file as commands load it: every fault at once, exit 2. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError, type Observatory, parseObservatory } from '@emso/core';
import { settingsFaults } from '@emso/pipeline';
import { CommandFailure, EXIT } from './command-failure.ts';

/** The description of the real site, used where no `--observatory` is given. */
export const DEFAULT_SITE_FILE = fileURLToPath(
  new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url),
);

/** Reads and checks a site file. Throws CommandFailure: 3 when it cannot be read, 2 with every fault and its line. */
export function loadSiteFile(file: string): Observatory {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected a readable site file, found ${(error as Error).message}`,
      error,
    );
  }
  try {
    return parseObservatory(text, file, settingsFaults);
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailure(EXIT.usage, error.message, error);
    throw error;
  }
}
