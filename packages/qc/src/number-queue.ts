/** A queue of numbers in a ring that grows: first in first out, and taken back from the end. */
export class NumberQueue {
  #ring = new Float64Array(16);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): number {
    return this.#ring[this.#head];
  }

  get last(): number {
    return this.#ring[(this.#head + this.#length - 1) & (this.#ring.length - 1)];
  }

  push(value: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = value;
  }

  shift(): void {
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
  }

  pop(): void {
    this.#length--;
  }

  clear(): void {
    this.#length = 0;
  }

  #grow(): void {
    const wider = new Float64Array(this.#ring.length * 2);
    for (let i = 0; i < this.#length; i++) wider[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)];
    this.#ring = wider;
    this.#head = 0;
  }
}
