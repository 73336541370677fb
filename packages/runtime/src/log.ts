/**
 * JSON log lines on stdout. A healthy service is quiet: WARN = unexpected, nothing lost; ERROR = a human is needed.
 * Warnings and worse carry `reason`, a word from the code and never from data, because it becomes a metric label.
 */
import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface LogOptions {
  readonly service: string;
  readonly level: (typeof LOG_LEVELS)[number];
  /** Sees every line of level warn and above. */
  readonly onEvent?: (level: string, reason: string) => void;
  /** Where lines go; stdout when absent. Written synchronously, so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
}

const WARN = 40;

/** A log whose lines carry `service`, an ISO time and a level name. */
export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        logMethod(args, method, level) {
          if (level >= WARN) options.onEvent?.(pino.levels.labels[level], reasonOf(args[0]));
          method.apply(this, args);
        },
      },
    },
    options.destination ?? standardOutput(),
  );
}

/**
 * Standard output, written at once. Where it cannot take a line (its disk is full, its reader is slow or gone) the line is
 * dropped, and the next one that gets through is preceded by how many were: a log must never end what it is about.
 */
function standardOutput(): DestinationStream {
  let dropped = 0;
  return {
    write(line) {
      try {
        if (dropped > 0)
          writeSync(1, `{"level":"warn","reason":"log-dropped","msg":"${dropped} log lines could not be written"}\n`);
        dropped = 0;
        writeSync(1, line);
      } catch {
        dropped++;
      }
    },
  };
}

function reasonOf(fields: unknown): string {
  if (typeof fields === 'object' && fields !== null && 'reason' in fields && typeof fields.reason === 'string') {
    return fields.reason;
  }
  return 'other';
}
