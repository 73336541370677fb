/** The site file that a data root is written by: its writer left word of where it is. */
import { existsSync } from 'node:fs';
import { readSensorTable } from './chain/sensor-table.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { DEFAULT_SITE_FILE } from './default-site.ts';

/** `given` where it is; else the writer's own; else that of the real site. Throws CommandFailure 3 when there is no such data root. */
export async function siteFileOf(dataDir: string, given: string | undefined): Promise<string> {
  if (!existsSync(dataDir)) {
    throw new CommandFailure(EXIT.unreachable, `--data: expected a data root, found no directory ${dataDir}`);
  }
  if (given !== undefined) return given;
  const named = (await readSensorTable(dataDir)).find(({ site }) => site !== undefined)?.site;
  return named !== undefined && existsSync(named) ? named : DEFAULT_SITE_FILE;
}
