/** What numbers on the command line may be; commander turns the error into exit code 2. */
import { dayOf, parseIso } from '@emso/core';
import { InvalidArgumentError } from 'commander';

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** 0, 1, 2 … */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** 1, 2, 3 … */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(text);
}

/** A UTC day such as 2019-05-01, as days since 1970-01-01. */
export function day(text: string): number {
  const midnightMs = parseIso(`${text}T00:00:00Z`);
  if (midnightMs === undefined)
    throw new InvalidArgumentError(`expected a UTC day such as 2019-05-01, found '${text}'`);
  return dayOf(midnightMs);
}
