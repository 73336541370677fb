/** What the name of a data file says: whose it is, and of which time. Days as the writer names them, periods as `emso export`. */
import { parseCompactDay } from '@emso/core';

export interface ReadFileName {
  readonly prefix: string;
  /** Only for the file of a day. */
  readonly day?: number;
  readonly extension: string;
}

const PERIOD = String.raw`\d{8}|\d{6}|\d{4}|(?:\d{8}|\d{6}|\d{4})-\d{8}|deployment-\d{8}`;
const NAME = new RegExp(`^(.+)_(${PERIOD})(?:-outside)?(?:_D)?(?:_good)?\\.([a-z]+)$`);

/** `MICROCAT_20260301_D.nc`, `MICROCAT_202603.csv`; undefined for other names, and for a day that no calendar has. */
export function readFileName(name: string): ReadFileName | undefined {
  const [, prefix, period, extension] = NAME.exec(name) ?? [];
  if (prefix === undefined || period === undefined || extension === undefined) return undefined;
  if (period.length !== 8) return { prefix, extension };
  const day = parseCompactDay(period);
  return day === undefined ? undefined : { prefix, day, extension };
}
