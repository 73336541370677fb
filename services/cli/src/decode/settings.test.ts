import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INSTRUMENTS, type InstrumentModel } from '@emso/instruments';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { settingsOf } from './settings.ts';

const microcat = INSTRUMENTS.get('sbe37-microcat') as InstrumentModel;

test('texts become what the schema of the model takes', () => {
  const unit = 'conductivityUnit=S/m';
  const cases: [json: string | undefined, assignments: string[], expected: Record<string, unknown>][] = [
    [undefined, [], {}],
    [undefined, ['outputFormat=1', 'addressed=true'], { outputFormat: 1, addressed: true }],
    [undefined, ['fields=TEMP,CNDC, PRES', unit], { fields: ['TEMP', 'CNDC', 'PRES'], conductivityUnit: 'S/m' }],
    [undefined, ['fields=TEMP,null,PSAL'], { fields: ['TEMP', null, 'PSAL'] }],
    [undefined, ['fields=TEMP'], { fields: ['TEMP'] }],
    ['{"outputFormat":3,"outputTime":true}', ['outputFormat=1'], { outputFormat: 1, outputTime: true }],
  ];
  for (const [json, assignments, expected] of cases) {
    assert.deepEqual(settingsOf(microcat, json, assignments), expected, assignments.join(' '));
  }
});

test('every fault of the settings is told, with exit code 2', () => {
  const cases: [json: string | undefined, assignments: string[], message: RegExp][] = [
    [undefined, ['outputFormat'], /--set: expected key=value, found 'outputFormat'/],
    [undefined, ['=1'], /--set: expected key=value, found '=1'/],
    ['[1]', [], /--settings: expected a JSON object such as/],
    ['{', [], /--settings: expected a JSON object, found/],
    [undefined, ['outputFormat=7', 'speed=3'], /settings of sbe37-microcat: 2 faults\n.*outputFormat: .*\n.*"speed"/s],
    [undefined, ['fields=TEMP,CNDC'], /conductivityUnit: expected S\/m, mS\/cm or uS\/cm/],
  ];
  for (const [json, assignments, message] of cases) {
    assert.throws(
      () => settingsOf(microcat, json, assignments),
      (error) => error instanceof CommandFailure && error.exitCode === EXIT.usage && message.test(error.message),
      `${json} ${assignments.join(' ')}`,
    );
  }
});
