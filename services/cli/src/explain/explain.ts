/** `emso explain`: why the values of one sample have their flags, computed from the raw archive as a rebuild does it. */
import path from 'node:path';
import { dayOf, isoMs } from '@emso/core';
import {
  answerText,
  type ExplainedRow,
  type ExplainedTest,
  explainRow,
  mergeRuns,
  planObservatory,
  rawDaysOf,
} from '@emso/pipeline';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { findRawFiles } from '../reprocess/inventory.ts';
import { readFiles } from '../reprocess/rebuild.ts';
import { loadSiteFile } from '../site-file.ts';

export interface ExplainOptions {
  readonly sensor: string;
  readonly timeMs: number;
  readonly data: string;
  readonly observatory: string;
}

/** The explanation as text. Throws CommandFailure when there is no such sensor, or no row on the days around. */
export async function explain({ sensor: id, timeMs, data, observatory }: ExplainOptions): Promise<string> {
  const { plans } = planObservatory(loadSiteFile(observatory));
  const plan = plans.find(({ sensor }) => sensor.id === id);
  if (plan === undefined) {
    const known = plans.map(({ sensor }) => sensor.id).join(', ');
    throw new CommandFailure(EXIT.usage, `expected a sensor of the site file, found '${id}'; there are ${known}`);
  }
  const root = path.join(data, 'raw');
  const { files } = await findRawFiles(root, [plan]).catch((error) => {
    throw new CommandFailure(EXIT.unreachable, `--data: expected a data root with raw/, found ${error.message}`, error);
  });
  const { first, last } = rawDaysOf(plan, dayOf(timeMs));
  const own = (files.get(plan) ?? []).filter(({ day }) => day >= first && day <= last);
  const row = own.length === 0 ? undefined : explainRow(plan, mergeRuns(readFiles(plan, own).runs), timeMs);
  if (row === undefined) {
    throw new CommandFailure(EXIT.problem, `expected a sample of ${id} around ${isoMs(timeMs)} in ${root}, found none`);
  }
  return explanationText(id, row);
}

function explanationText(id: string, { timeMs, before, after, values }: ExplainedRow): string {
  const lines = [`${id} ${isoMs(timeMs)}`];
  for (const { code, value, flag, meaning, tests, inputs } of values) {
    const found = Number.isNaN(value) ? 'missing' : String(value);
    lines.push(`${code} ${found}: flag ${flag}, ${meaning}`);
    for (const { test, answer, asked } of tests) {
      lines.push(`  ${test}: ${answer} (${answerText(answer)})${asked === undefined ? '' : `  ${limitsText(asked)}`}`);
    }
    if (tests.length > 1) lines.push(`  before ${before[code] ?? 'none'}, after ${after[code] ?? 'none'}`);
    if (inputs.length > 0) lines.push(`  never better than ${inputs.join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Thresholds, and who asks for them where that is not the site file. */
function limitsText({ thresholds, origin }: NonNullable<ExplainedTest['asked']>): string {
  const text = JSON.stringify(thresholds);
  return origin === 'site file' ? text : `${text} by the ${origin}`;
}
