/** Who signs a fact: what the command line says, else the name that git knows, else the user of the machine. */
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { CommandFailure, EXIT } from '../command-failure.ts';

/** The name. Throws CommandFailure 2 when there is none. */
export function authorOf(by: string | undefined): string {
  const git = (): string => spawnSync('git', ['config', 'user.name'], { encoding: 'utf8' }).stdout ?? '';
  const name = (by ?? (git().trim() || userInfo().username)).trim();
  if (name !== '') return name;
  throw new CommandFailure(EXIT.usage, 'expected the name of who decides, found none: give it with --by');
}
