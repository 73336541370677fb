/** What became of one historical daily file that was given to the archive: the writer says it, the `emso` command shows it. */

export interface ImportReport {
  /** The original. */
  readonly file: string;
  /** Its SHA-256, hex; absent when it was not read. */
  readonly sha256?: string;
  /** The sensor whose prefix it has; absent when there is none. */
  readonly sensor?: string;
  /** Why it was refused as a whole, when it was: what was expected, what was found, what to do. */
  readonly refusal?: string;
  /** Rows with a valid stamp: each of them is added, known or covered. */
  readonly rows: number;
  /** Rows that were not in the archive before. */
  readonly added: number;
  /** Rows that were. */
  readonly known: number;
  /** Rows that `fillGaps` left out because live records cover their time. */
  readonly covered: number;
  /** How many of the added and known rows are a live record too: the live one is read (PROMISE 12). */
  readonly paired: number;
  /** Rows without a valid stamp: not in the archive, but kept byte for byte in `refusedIn`. */
  readonly damaged: number;
  /** The first of them. */
  readonly examples: readonly RefusedRow[];
  /** Where all of them are kept, below the data root. */
  readonly refusedIn?: string;
}

/** A row of a historical daily file that has no valid stamp. */
export interface RefusedRow {
  /** 1-based line of the original. */
  readonly line: number;
  readonly expected: string;
  /** Its bytes, one character each. */
  readonly found: string;
}
