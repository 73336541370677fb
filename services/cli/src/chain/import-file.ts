/** One daily file into the archive, through the writer that holds the data root. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ImportReport } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { askWriter } from './writer-client.ts';

export interface FileOptions {
  readonly fillGaps: boolean;
  /** Takes a file whose prefix no sensor has. */
  readonly sensor?: string | undefined;
}

/** A writer that was there and is not is waited for: it may be restarted, or build years of days. */
const AWAY_LIMIT_MS = 120_000;
const ASK_AGAIN_MS = 500;

/** Importing twice changes nothing: a question that was not answered is simply asked again. `wasThere`: the writer has answered before. */
export async function importFile(
  file: string,
  dataDir: string,
  { fillGaps, sensor }: FileOptions,
  wasThere: boolean,
  say: (text: string) => void,
): Promise<ImportReport> {
  const deadlineMs = performance.now() + AWAY_LIMIT_MS;
  for (let told = false; ; told = true) {
    try {
      return await askWriter<ImportReport>(dataDir, '/import', { file, fillGaps, sensor });
    } catch (error) {
      if (!wasThere || !isAway(error) || performance.now() > deadlineMs) throw error;
      if (!told) say(`the writer does not answer: waiting up to ${AWAY_LIMIT_MS / 1000} s for it to come back`);
      await pause(ASK_AGAIN_MS);
    }
  }
}

/** True when the writer is down or only starting; what it refuses for another reason it will refuse again. */
function isAway(error: unknown): boolean {
  if (!(error instanceof CommandFailure)) return false;
  return error.exitCode === EXIT.unreachable || /still starting|is stopping/.test(error.message);
}
