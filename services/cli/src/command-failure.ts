/** What a command tells the shell. Any other exit is a bug of ours: it prints its stack and exits 1. */
export const EXIT = { ok: 0, problem: 1, usage: 2, unreachable: 3 } as const;

/** A command that cannot go on, in words for the person who typed it: printed alone on stderr, without a stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: number;
  constructor(exitCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
