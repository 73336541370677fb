/** Why a file, or any file, could not be published: one word for metrics, one sentence for people. */

/** Words of the metric label `reason`. The first ones concern the NAS as a whole, the others one file. */
export const REASONS = [
  'no-sentinel',
  'full',
  'refused',
  'stale',
  'io',
  'other',
  'stalled',
  'read-back',
  'foreign',
  'raw-changed',
  'source-changed',
  'source-damaged',
  'source-unreadable',
  'source-missing',
  'erddap-flag',
] as const;
export type Reason = (typeof REASONS)[number];

/** Faults that the next file is likely to meet too. */
const OF_THE_NAS: ReadonlySet<Reason> = new Set([
  'no-sentinel',
  'full',
  'refused',
  'stale',
  'io',
  'other',
  'read-back',
]);

/** Passing states of a living data root: the next round finds them settled, and nobody need hear of them. */
const PASSING: ReadonlySet<Reason> = new Set(['source-changed']);

export class PublishFault extends Error {
  override readonly name = 'PublishFault';
  readonly reason: Reason;

  constructor(reason: Reason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }

  get isOfTheNas(): boolean {
    return OF_THE_NAS.has(this.reason);
  }

  get isPassing(): boolean {
    return PASSING.has(this.reason);
  }
}

const REASON_OF_CODE: Readonly<Record<string, Reason>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ESTALE: 'stale',
  EIO: 'io',
  ETIMEDOUT: 'io',
  EHOSTDOWN: 'io',
  EHOSTUNREACH: 'io',
  ENETUNREACH: 'io',
  ECONNRESET: 'io',
  ENXIO: 'io',
  ENODEV: 'io',
};

const ADVICE: Partial<Record<Reason, string>> = {
  full: 'make room on the NAS or raise the quota',
  refused: 'let the user of the publisher write there (export options, owner, read-only mount)',
  stale: 'it is tried again; when it stays, mount the NAS anew',
  io: 'it is tried again; when it stays, look at the NAS and the network',
};

/** A system error of a call on the NAS as a fault; a fault stays what it is. */
export function nasFault(error: unknown, what: string): PublishFault {
  if (error instanceof PublishFault) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASON_OF_CODE[code ?? ''] ?? 'other';
  const advice = ADVICE[reason] ?? 'it is tried again; when it stays, look at the NAS';
  return new PublishFault(reason, `NAS: expected to ${what}, found '${message}': ${advice}`, error);
}
