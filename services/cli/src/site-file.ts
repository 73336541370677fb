/** The site file as commands load it: every fault at once, exit 2. */
import { readFileSync } from 'node:fs';
import { ConfigError, type ExpertFacts, type Observatory, parseObservatory } from '@emso/core';
import { expertFaults, type ObservatoryPlan, planObservatory, settingsFaults } from '@emso/pipeline';
import { readExpertFacts } from '@emso/runtime/expert-files';
import { CommandFailure, EXIT } from './command-failure.ts';

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

/** The expert flags and releases beside a site file. Throws CommandFailure 2 with every fault and its line. */
export function loadExpertFacts(file: string, observatory: Observatory): ExpertFacts {
  const { facts, faults } = readExpertFacts(file, (flags) => expertFaults(planObservatory(observatory), flags));
  if (faults.length > 0) throw new CommandFailure(EXIT.usage, faults.join('\n'));
  return facts;
}

/** The line that tells which sensors are listed and not decoded, because nobody has written their model yet, or misspelled it. */
export function notInstalledText(notInstalled: ObservatoryPlan['notInstalled']): string {
  const names = notInstalled.map(({ sensor }) => `${sensor.id} (${sensor.model})`);
  return `Listed, archived if they are heard, not decoded, because their model is not installed: ${names.join(', ')}\n`;
}
