/**
 * Spread or range of the window `(t − length, t]`, in constant time per row and without ever taking a value out of a sum.
 * Time is cut into blocks of the window's length, counted from 1970: a window is the end of one block and the beginning of
 * the next, and each of the two is added up by itself. So a result is a function of the values in the window and of absolute
 * time, to the last digit, wherever the series began (PROMISE 16).
 */
export const MEASURES = ['std', 'range'] as const;

export class WindowStatistics {
  readonly #lengthMs: number;
  readonly #spread: boolean;
  #blockEnd = Number.NaN;
  /** The values of the current block, with their times, and the times of the block before. */
  #time: Float64Array = new Float64Array(64);
  #values: Float64Array = new Float64Array(64);
  #rows = 0;
  #olderTime: Float64Array = new Float64Array(64);
  #olderRows = 0;
  /** First row of the block before that is still inside. */
  #from = 0;
  /** From each row of the block before to its end: sum and sum of squares of what differs from its last value, or extremes. */
  #tailA: Float64Array = new Float64Array(64);
  #tailB: Float64Array = new Float64Array(64);
  #tailShift = 0;
  /** The same over the current block, of what differs from its first value: small numbers, also at 2 500 dbar. */
  #headA = 0;
  #headB = 0;
  #headShift = 0;

  constructor(lengthMs: number, measure: (typeof MEASURES)[number]) {
    this.#lengthMs = lengthMs;
    this.#spread = measure === 'std';
  }

  /** Values in the window. */
  get count(): number {
    return this.#olderRows - this.#from + this.#rows;
  }

  /** Forgets everything: a gap ends the series. */
  clear(): void {
    this.#rows = 0;
    this.#olderRows = 0;
    this.#from = 0;
  }

  /** Moves the window to a time, not before the last one. */
  moveTo(time: number): void {
    if (!(time < this.#blockEnd)) this.#turnTo(time);
    const start = time - this.#lengthMs;
    while (this.#from < this.#olderRows && this.#olderTime[this.#from] <= start) this.#from++;
  }

  /** Adds a value at the window's time. */
  add(time: number, value: number): void {
    const row = this.#rows++;
    if (row === this.#values.length) this.#grow();
    this.#time[row] = time;
    this.#values[row] = value;
    if (this.#spread) {
      if (row === 0) {
        this.#headShift = value;
        this.#headA = 0;
        this.#headB = 0;
      }
      const difference = value - this.#headShift;
      this.#headA += difference;
      this.#headB += difference * difference;
    } else {
      this.#headA = row === 0 ? value : Math.max(this.#headA, value);
      this.#headB = row === 0 ? value : Math.min(this.#headB, value);
    }
  }

  /** The range, or n²·variance: without a division or a root, so that nothing is rounded that need not be. */
  get size(): number {
    return this.#spread ? this.#scaledVariance() : this.#range();
  }

  /** 2 when the population standard deviation, or the range, is less than `second`, else 1 when less than `first`, else 0. */
  limitsAbove(first: number, second: number): 0 | 1 | 2 {
    const size = this.size;
    const count = this.count;
    if (size < (this.#spread ? second * count * (second * count) : second)) return 2;
    return size < (this.#spread ? first * count * (first * count) : first) ? 1 : 0;
  }

  #range(): number {
    if (this.#from === this.#olderRows) return this.#headA - this.#headB;
    const [high, low] = [this.#tailA[this.#from], this.#tailB[this.#from]];
    return this.#rows === 0 ? high - low : Math.max(high, this.#headA) - Math.min(low, this.#headB);
  }

  #scaledVariance(): number {
    const newer = this.#rows;
    const older = this.#olderRows - this.#from;
    let sum = newer === 0 ? 0 : this.#headA;
    let squares = newer === 0 ? 0 : this.#headB;
    if (older > 0) {
      // Told as differences from the value that the newer part is told from. Both are values of the window: a spike among
      // them makes rounding coarser, but it makes the variance larger still.
      const apart = newer === 0 ? 0 : this.#tailShift - this.#headShift;
      const tail = this.#tailA[this.#from];
      sum += tail + older * apart;
      squares += this.#tailB[this.#from] + apart * (2 * tail + older * apart);
    }
    return Math.max(0, (newer + older) * squares - sum * sum);
  }

  #turnTo(time: number): void {
    const start = Math.floor(time / this.#lengthMs) * this.#lengthMs;
    const rows = start === this.#blockEnd ? this.#rows : 0;
    this.#blockEnd = start + this.#lengthMs;
    if (rows > this.#tailA.length) {
      this.#tailA = new Float64Array(this.#values.length);
      this.#tailB = new Float64Array(this.#values.length);
    }
    if (rows > 0) this.#sumTail(rows);
    const spare = this.#olderTime;
    this.#olderTime = this.#time;
    this.#time = spare.length === this.#values.length ? spare : new Float64Array(this.#values.length);
    this.#olderRows = rows;
    this.#from = 0;
    this.#rows = 0;
  }

  #sumTail(rows: number): void {
    const [values, tailA, tailB] = [this.#values, this.#tailA, this.#tailB];
    const last = values[rows - 1];
    this.#tailShift = last;
    let a = this.#spread ? 0 : last;
    let b = a;
    for (let i = rows - 1; i >= 0; i--) {
      if (this.#spread) {
        const difference = values[i] - last;
        a += difference;
        b += difference * difference;
      } else {
        a = Math.max(a, values[i]);
        b = Math.min(b, values[i]);
      }
      tailA[i] = a;
      tailB[i] = b;
    }
  }

  #grow(): void {
    const longer = (column: Float64Array): Float64Array => {
      const wider = new Float64Array(column.length * 2);
      wider.set(column);
      return wider;
    };
    this.#time = longer(this.#time);
    this.#values = longer(this.#values);
  }
}
