/** One run of a server program, from its start to its end, whichever back-end runs it. */
import type { Exit } from './child.ts';

export interface ServerProgram {
  /** `nats-server`: looked up on the PATH of this machine, or of the image. */
  readonly command: string;
  readonly args: readonly string[];
  /** The working directory; all the program keeps is below it, and this process may read, change and remove it. */
  readonly directory: string;
}

export interface ServerRun {
  /** The process as this machine numbers it. */
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  ended(): Promise<Exit | undefined>;
  /** The last lines it said. */
  lastWords(): Promise<string>;
  /** Asks it to stop (SIGTERM, also when paused); after `graceMs` (default 12 s) kills it and rejects. */
  stop(graceMs?: number): Promise<Exit>;
  /** Sends a signal (default SIGKILL), also when paused, and resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Freezes it. Nothing happens when it is frozen or gone. */
  pause(): void;
  /** Nothing happens when it is not frozen. */
  resume(): void;
}

/** How many lines of a program's output an error quotes. */
export const QUOTED_LINES = 10;
