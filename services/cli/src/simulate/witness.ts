/**
 * The sender's own log: what left the box, written by the box itself and by nobody of the chain under test. One JSON object
 * a line, in order, handed to the kernel before the next line leaves, so it survives the end of this process.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { FaultKind } from './faults.ts';

export interface WitnessEntry {
  /** 1, 2, 3 … in this run of the box. */
  readonly n: number;
  /** Wall clock, epoch ms, when the last of its bytes left. */
  readonly atMs: number;
  /**
   * Somebody was connected and took the bytes. A client that dies at this very moment may still lose them in its own
   * kernel: a serial box cannot know.
   */
  readonly heard: boolean;
  readonly origin: 'recorded' | 'generated';
  readonly fault?: FaultKind;
  /** The bytes that left (for `heard: false`: that nobody took), one character each. */
  readonly latin1: string;
  /** For a line that left in pieces: each of them. */
  readonly parts?: readonly string[];
  /** The rest of a line that was cut and never left. */
  readonly lost?: string;
}

export interface Witness {
  write(entry: WitnessEntry): void;
  close(): void;
}

/** Opens the log at `path`, adding to what is there. Throws when the disk does not take a line: a run without it proves nothing. */
export function openWitness(path: string): Witness {
  const file = openSync(path, 'a');
  return {
    write: (entry) => {
      writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    close: () => closeSync(file),
  };
}

/** The entries of a log, in order; a last line that was cut off by the end of the process is left out. */
export function readWitness(path: string): WitnessEntry[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WitnessEntry);
}
