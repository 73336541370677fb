/** The forms in which tables have written their times. All are UTC. */
import { isCivilDate, utcMs } from '@emso/core';

export interface TimeForm {
  readonly name: string;
  /** Epoch ms; undefined for a text of another form. */
  readonly parse: (text: string) => number | undefined;
}

const DAY_TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?`;

function form(
  name: string,
  pattern: string,
  order: readonly ['year' | 'month' | 'day', 'month', 'year' | 'month' | 'day'],
): TimeForm {
  const expression = new RegExp(`^${pattern}$`);
  return {
    name,
    parse(text) {
      const match = expression.exec(text);
      if (match === null) return undefined;
      const part = (key: 'year' | 'month' | 'day'): number => Number(match[1 + order.indexOf(key)]);
      const [year, month, day] = [part('year'), part('month'), part('day')];
      const [hour, minute, second] = [4, 5, 6].map((group) => Number(match[group] ?? 0));
      if (!isCivilDate(year, month, day) || hour > 23 || minute > 59 || second > 60) return undefined;
      const fraction = Math.trunc(Number(`0.${match[7] ?? '0'}`) * 1000 + 1e-6);
      return utcMs(year, month, day, hour, minute, second) + fraction;
    },
  };
}

const FORMS: readonly TimeForm[] = [
  form('YYYY-MM-DDTHH:MM:SSZ', String.raw`(\d{4})-(\d{2})-(\d{2})T${DAY_TIME}(?:Z|\+00:?00)`, ['year', 'month', 'day']),
  form('YYYY-MM-DD HH:MM:SS', String.raw`(\d{4})-(\d{2})-(\d{2})[T ]${DAY_TIME}(?: ?(?:Z|UTC|\+00:?00))?`, [
    'year',
    'month',
    'day',
  ]),
  form('YYYY/MM/DD HH:MM:SS', String.raw`(\d{4})\/(\d{2})\/(\d{2}) ${DAY_TIME}`, ['year', 'month', 'day']),
  form('YYYYMMDD HH:MM:SS', String.raw`(\d{4})(\d{2})(\d{2})[T ]?${DAY_TIME}Z?`, ['year', 'month', 'day']),
  form('DD/MM/YYYY HH:MM:SS', String.raw`(\d{2})\/(\d{2})\/(\d{4}) ${DAY_TIME}`, ['day', 'month', 'year']),
  {
    name: 'seconds since 1970',
    parse: (text) => (/^\d{9,10}(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : undefined),
  },
];

/** The form of a time; undefined for a text that is none. */
export function timeFormOf(text: string): TimeForm | undefined {
  return FORMS.find((each) => each.parse(text) !== undefined);
}
