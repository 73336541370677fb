/** What a deployment's configuration says of its Aquadopp, and which codes follow from it. */
import { z } from 'zod';

/** Highest 16-bit integer: the head file holds its matrix in such numbers. */
const INT16_MAX = 32_767;

export const settingsSchema = z
  .strictObject({
    /**
     * Binary structures; text of 27 or 25 columns; text of a profiler as its processing software writes it, or as it comes
     * from the instrument (a header line, then one line a cell).
     */
    layout: z.enum(['binary', 'ascii-27', 'ascii-25', 'profiler-text', 'profiler-header']),
    /** What the three velocities are: the user configuration of the deployment says it. */
    coordinateSystem: z.enum(['ENU', 'XYZ', 'beam', 'header']),
    /** m/s per count, by bit 4 of the user configuration's mode word. */
    velocityScale: z.union([z.literal(0.001), z.literal(0.0001), z.literal('header')]).optional(),
    /** The nine integers of the head file, row by row, as they stand there. */
    transformationMatrix: z
      .union([
        z.literal('header'),
        z
          .array(
            z
              .int()
              .min(-INT16_MAX - 1)
              .max(INT16_MAX),
          )
          .length(9),
      ])
      .optional(),
    /** True when velocities are relative to magnetic north, and are to be turned to true north. */
    declination: z.boolean().default(true),
  })
  .refine(({ layout, velocityScale }) => layout !== 'binary' || velocityScale !== undefined, {
    path: ['velocityScale'],
    message: 'expected 0.001 or 0.0001 m/s beside layout binary, found none: counts do not say their scale',
  })
  .refine(
    ({ layout, coordinateSystem, transformationMatrix }) =>
      layout !== 'profiler-text' || (coordinateSystem === 'beam' && transformationMatrix === undefined),
    {
      path: ['coordinateSystem'],
      message:
        'expected beam and no transformationMatrix beside layout profiler-text: its columns are beam velocities without ' +
        'an orientation, which cannot be turned to east and north',
    },
  );
export type Settings = z.output<typeof settingsSchema>;

/** Every code there is, in the order of the historical columns. */
export const CODES = [
  'UCUR',
  'VCUR',
  'WCUR',
  'AMP1',
  'AMP2',
  'AMP3',
  'BATTERY',
  'SSPEED',
  'HEADING',
  'PITCH',
  'ROLL',
  'PRES',
  'TEMP',
  'CSPD',
  'CDIR',
] as const;
export type Code = (typeof CODES)[number];

const VELOCITIES: ReadonlySet<string> = new Set(['UCUR', 'VCUR', 'WCUR', 'CSPD', 'CDIR']);
const AMPLITUDES: ReadonlySet<string> = new Set(['AMP1', 'AMP2', 'AMP3']);

/** True when lines with these settings give a current: beam velocities do so only with the matrix of their head. */
export function givesCurrent({ layout, coordinateSystem, transformationMatrix }: Settings): boolean {
  if (layout === 'profiler-text' || layout === 'profiler-header') return false;
  return coordinateSystem !== 'beam' || transformationMatrix !== undefined;
}

/** The codes that lines with these settings can carry, in column order. */
export function codesOf(settings: Settings): Code[] {
  const { layout } = settings;
  const current = givesCurrent(settings);
  return CODES.filter((code) => {
    if (VELOCITIES.has(code)) return current;
    if (AMPLITUDES.has(code)) return layout !== 'profiler-header';
    return code !== 'BATTERY' || layout !== 'profiler-text';
  });
}
