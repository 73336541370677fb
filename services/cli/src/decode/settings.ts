/** Decode settings as typed on a command line, brought to what the model's own schema expects. */
import type { InstrumentModel } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';

/** `key=value` → both; a value may contain `=`. Throws a usage failure without one. */
export function parseAssignment(text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new CommandFailure(EXIT.usage, `--set: expected key=value, found '${text}'`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * The settings of `--settings` (a JSON object) with those of `--set` over them, checked by the model. A text is tried as what
 * it looks like (number, true, false, null, a list where there are commas), then as a list of one, then as the text itself:
 * whichever the schema takes. Returned as read, without the schema's defaults. Throws a usage failure with every fault the schema finds.
 */
export function settingsOf(
  model: InstrumentModel,
  json: string | undefined,
  assignments: readonly string[],
): Record<string, unknown> {
  const base = json === undefined ? {} : parseObject(json);
  const typed = new Map(assignments.map(parseAssignment));
  const readings = new Map([...typed].map(([key, text]) => [key, readingsOf(text)]));
  const chosen = new Map([...typed.keys()].map((key) => [key, 0]));
  let faults: readonly { path: readonly PropertyKey[]; message: string }[] = [];
  for (let round = 0; round < READINGS; round++) {
    const settings = { ...base };
    for (const [key, values] of readings) settings[key] = values[chosen.get(key) ?? 0];
    const parsed = model.settings.safeParse(settings);
    if (parsed.success) return settings;
    // The faults of the first reading are those of what the person most likely meant.
    if (round === 0) faults = parsed.error.issues;
    for (const { path } of parsed.error.issues) {
      const key = String(path[0]);
      const next = (chosen.get(key) ?? 0) + 1;
      if (next < (readings.get(key)?.length ?? 0)) chosen.set(key, next);
    }
  }
  const lines = faults.map(({ path, message }) => `\n  ${path.map(String).join('.') || '(settings)'}: ${message}`);
  throw new CommandFailure(
    EXIT.usage,
    `settings of ${model.id}: ${faults.length} fault${faults.length === 1 ? '' : 's'}${lines.join('')}`,
  );
}

const READINGS = 3;

function readingsOf(text: string): unknown[] {
  const natural = text.includes(',') ? text.split(',').map((item) => naturalOf(item.trim())) : naturalOf(text);
  return [natural, text === '' ? [] : [naturalOf(text)], text];
}

function naturalOf(text: string): unknown {
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new CommandFailure(
      EXIT.usage,
      `--settings: expected a JSON object, found ${(error as Error).message}`,
      error,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CommandFailure(
      EXIT.usage,
      `--settings: expected a JSON object such as {"outputFormat":1}, found ${json}`,
    );
  }
  return value as Record<string, unknown>;
}
