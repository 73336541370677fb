/**
 * Pressure at the sea floor: six kinds of lines, chosen by the deployment's settings, because no line says what sent it.
 *
 * digiquartz  *00013617.5512                         reply of a Paroscientific Digiquartz: addresses, value
 * nano        NANO,V,2013/08/22 22:48:36.013,13.888533,26.147947328
 * sbe54       <Sample Num='5947' Type='Pressure'> … </Sample>, on several lines
 * sbe26plus   tide: start time = 05 Jan 2014 00:00:28, p = 208.8057, pt = 14.004, t = 13.8633
 * rbr         2023/07/22 06:47:48.250,13.2941,2505.6120
 * plain       2505.6120 13.2941
 *
 * What each of them reads stands in the file of its name. PRES is absolute pressure, the air above the sea included.
 */
import { z } from 'zod';
import { isSpace, trimmedEnd } from '../bytes.ts';
import { type DecodeLine, defineInstrument, IGNORED, reject } from '../define.ts';
import { withoutFlowControl } from '../flow-control.ts';
import { LINES } from '../framing.ts';
import { CHANNEL_CODES, type Channel, channelsOfHeader } from './channels.ts';
import { digiquartzDecoder } from './digiquartz.ts';
import { nanoDecoder } from './nano.ts';
import { PRESSURE_KINDS, PRESSURE_UNITS, pressureScale } from './pressure.ts';
import { plainDecoder, rbrDecoder } from './rbr.ts';
import { sbe26plusDecoder } from './sbe26plus.ts';
import { sbe54Decoder } from './sbe54.ts';
import { SAMPLES } from './sbe54-framing.ts';

const GRAMMARS = ['digiquartz', 'nano', 'sbe54', 'sbe26plus', 'rbr', 'plain'] as const;

function expected(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => `expected ${what}, found ${input === undefined ? 'nothing' : JSON.stringify(input)}` };
}

const channelsSchema = z
  .array(z.enum(CHANNEL_CODES).nullable(), expected('a list of PRES, TEMP and null in the order of the line'))
  .refine((channels) => channels.includes('PRES'), expected('PRES among the channels'))
  .refine(
    (channels) => CHANNEL_CODES.every((code) => channels.indexOf(code) === channels.lastIndexOf(code)),
    expected('each of PRES and TEMP once'),
  );

const settingsSchema = z
  .strictObject({
    /** What the lines are. Without it nothing is known of them: all are kept, and rejected as `no-settings`. */
    grammar: z.enum(GRAMMARS, expected(`one of ${GRAMMARS.join(', ')}`)).optional(),
    /** Unit of the pressure in the line, as set in the instrument. */
    pressureUnit: z.enum(PRESSURE_UNITS, expected(`one of ${PRESSURE_UNITS.join(', ')}`)).optional(),
    /** Whether the value in the line holds the air above the sea. PRES always does. */
    pressureKind: z.enum(PRESSURE_KINDS, expected(PRESSURE_KINDS.join(' or '))).optional(),
    /** rbr, plain: the values in their order; null is one that is not published. `header`: a file's own channel line tells. */
    channels: z
      .union(
        [channelsSchema, z.literal('header')],
        expected('a list of PRES, TEMP and null in the order of the line, PRES among them, each once'),
      )
      .optional(),
    /** digiquartz: printed values from the first to the second number are answers to Q3, temperatures, and no pressures. */
    temperatureReplies: z
      .tuple([z.number(), z.number()], expected('two numbers [low, high]'))
      .refine(([low, high]) => low < high, expected('[low, high] with low below high'))
      .optional(),
  })
  .superRefine((settings, context) => {
    const { grammar, pressureUnit, channels } = settings;
    const fault = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if (grammar === undefined) {
      const lone = Object.entries(settings).find(([, value]) => value !== undefined)?.[0];
      if (lone !== undefined) fault('grammar', `expected one of ${GRAMMARS.join(', ')} beside ${lone}, found nothing`);
      return;
    }
    for (const key of ['pressureUnit', 'pressureKind'] as const) {
      if (settings[key] !== undefined) continue;
      const choice = key === 'pressureUnit' ? PRESSURE_UNITS : PRESSURE_KINDS;
      fault(key, `expected one of ${choice.join(', ')}, found nothing: the lines do not tell, and it is never guessed`);
    }
    if (grammar === 'sbe54' && pressureUnit !== undefined && pressureUnit !== 'psi') {
      fault('pressureUnit', `expected psi, which an SBE 54 writes in its lines, found '${pressureUnit}'`);
    }
    const hasChannels = grammar === 'rbr' || grammar === 'plain';
    if (hasChannels && channels === undefined) {
      fault('channels', `expected a list such as [TEMP, PRES] for ${grammar}, found nothing: the lines do not tell`);
    }
    if (channels !== undefined && !hasChannels) fault('channels', `expected no channels for ${grammar}, found some`);
    if (grammar === 'plain' && channels === 'header') fault('channels', "expected a list for plain, found 'header'");
    if (settings.temperatureReplies !== undefined && grammar !== 'digiquartz') {
      fault('temperatureReplies', `expected it for digiquartz only, found it for ${grammar}`);
    }
  });
type Settings = z.output<typeof settingsSchema>;

export const seafloorPressure = defineInstrument<Settings>({
  id: 'seafloor-pressure',
  title: 'Seafloor pressure gauge',
  l05: 'WPS',
  version: 1,
  labels: [],
  settings: settingsSchema,
  framing: ({ grammar }) => (grammar === 'sbe54' ? SAMPLES : LINES),
  parameters: codesOf,
  decoder: (settings) => withoutFlowControl(trimmed(lineDecoder(settings))),
  header: (run, settings) => ({ settings: { ...settings, channels: channelsOfHeader(run) } }),
});

function codesOf({ grammar, channels }: Settings): readonly string[] {
  if (grammar === 'sbe26plus') return ['PRES', 'TEMP'];
  return Array.isArray(channels) ? channels.filter((channel) => channel !== null) : ['PRES'];
}

/** Blank records are no sample; the others are decoded without blanks and line ends around them. */
function trimmed(decode: DecodeLine): DecodeLine {
  return (bytes, start, end, batch) => {
    const stop = trimmedEnd(bytes, start, end);
    let first = start;
    while (first < stop && isSpace(bytes[first])) first++;
    return first === stop ? IGNORED : decode(bytes, first, stop, batch);
  };
}

function lineDecoder({ grammar, pressureUnit, pressureKind, channels, temperatureReplies }: Settings): DecodeLine {
  const unknown: DecodeLine = (_bytes, start) => reject('no-settings', start);
  if (pressureUnit === undefined || pressureKind === undefined) return unknown;
  const scale = pressureScale(pressureUnit, pressureKind);
  const listed: readonly Channel[] | undefined = channels === 'header' ? undefined : channels;
  switch (grammar) {
    case 'digiquartz':
      return digiquartzDecoder(scale, temperatureReplies);
    case 'nano':
      return nanoDecoder(scale);
    case 'sbe54':
      return sbe54Decoder(scale);
    case 'sbe26plus':
      return sbe26plusDecoder(scale);
    case 'rbr':
      return listed === undefined ? unknown : rbrDecoder(listed, scale);
    case 'plain':
      return listed === undefined ? unknown : plainDecoder(listed, scale);
    default:
      return unknown;
  }
}
