/** One thing at a time, in the order in which it was asked for. */

/**
 * A queue of turns: what is given to the function runs when everything given before it has ended, and its promise is that of the
 * work. A failed turn is its caller's to hear of; the next one gets its turn all the same.
 */
export function inTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = before.then(work);
    before = mine.catch(() => undefined);
    return mine;
  };
}
