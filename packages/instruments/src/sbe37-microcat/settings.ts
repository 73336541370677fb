/** Settings of a MicroCAT's deployment: what the lines do not say of themselves. */
import { z } from 'zod';

/** What a field of converted text may be, and the decimals the instrument prints at least. */
export const FIELD_DECIMALS = { TEMP: 4, CNDC: 5, PRES: 3, DEPH: 3, DOX1: 3, PSAL: 4, SVEL: 3 } as const;
export type FieldCode = keyof typeof FIELD_DECIMALS;

/** Read when no fields are set (a technician's look at a file of converted text): these, from the front, where a date follows. */
export const USUAL_FIELDS: readonly FieldCode[] = ['TEMP', 'CNDC', 'PRES', 'PSAL', 'SVEL'];
/** Quantities that an XML element is known for. */
const XML_FIELDS: readonly FieldCode[] = ['TEMP', 'CNDC', 'PRES', 'DOX1', 'PSAL', 'SVEL'];
/** Quantities that are sent as counts, in the order of their counts. */
export const COUNT_FIELDS: readonly FieldCode[] = ['TEMP', 'CNDC', 'PRES', 'DOX1'];

const FORMATS = [0, 1, 2, 3, 'hex', 'inductive-hex', 'inductive-binary'] as const;
type OutputFormat = (typeof FORMATS)[number];

/** The kinds of lines that need decoders of their own. Without an output format both spellings of converted text are read. */
type Form = 'text' | 'xml' | 'counts' | 'inductive';

/** The form of lines in an output format. */
export function formOf(format: OutputFormat | undefined): Form {
  if (format === 0 || format === 'hex') return 'counts';
  if (format === 'inductive-hex' || format === 'inductive-binary') return 'inductive';
  return format === 2 ? 'xml' : 'text';
}

const ALLOWED_FIELDS: Readonly<Record<Form, readonly FieldCode[]>> = {
  text: Object.keys(FIELD_DECIMALS) as FieldCode[],
  xml: XML_FIELDS,
  counts: COUNT_FIELDS,
  inductive: [],
};

export const settingsSchema = z
  .strictObject({
    /**
     * The instrument's OutputFormat (0 to 3), or the form of an upload (`hex`) or of what an inductive modem relays. Without
     * it, converted text with either spelling of the date.
     */
    outputFormat: z.literal(FORMATS).optional(),
    /** Blocks of a controller instead of lines. */
    framing: z.literal('sio').optional(),
    /** Lines of converted text begin with the serial number. */
    addressed: z.boolean().default(false),
    /** Codes of the fields in their order; null is a field that is present and not published. XML and counts: those that are sent. */
    fields: z
      .array(z.enum(Object.keys(FIELD_DECIMALS) as FieldCode[]).nullable())
      .min(1)
      .refine(
        (codes) => new Set(codes.filter((code) => code !== null)).size === codes.filter((code) => code !== null).length,
        {
          message: 'expected each code once',
        },
      )
      .optional(),
    conductivityUnit: z.enum(['S/m', 'mS/cm', 'uS/cm']).optional(),
    temperatureUnit: z.enum(['degC', 'degF']).default('degC'),
    pressureUnit: z.enum(['dbar', 'psi']).default('dbar'),
    oxygenUnit: z.enum(['ml/l', 'mg/l', 'umol/l']).default('ml/l'),
    /** True when every line carries date and time: one without them was cut, and is refused. */
    outputTime: z.boolean().default(false),
    /** Where the coefficients for counts come from, when not from the site file: the file's own header lines. */
    calibration: z.literal('header').optional(),
    /** Sea pressure in dbar that conductivity is computed with where the instrument has no pressure sensor. */
    referencePressure: z.number().min(0).max(11_000).optional(),
    /** Inductive forms: full scale of the pressure sensor, psia; without it there is no pressure. */
    pressureRange: z.union([z.number().positive(), z.literal('header')]).optional(),
    /** Controller blocks: only the samples of this instrument on the cable. */
    inductiveId: z.int().min(0).max(255).optional(),
  })
  .superRefine((settings, context) => {
    const { outputFormat, fields, framing } = settings;
    const form = formOf(outputFormat);
    const fault = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const only = (path: keyof typeof settings, forms: readonly Form[]): void => {
      const unset = settings[path] === undefined || settings[path] === false;
      if (!unset && !forms.includes(form))
        fault(path, `expected none: it has no meaning for outputFormat ${outputFormat}`);
    };
    only('addressed', ['text']);
    only('calibration', ['counts']);
    only('referencePressure', ['counts']);
    only('pressureRange', ['inductive']);
    if (settings.inductiveId !== undefined && outputFormat !== 'inductive-binary') {
      fault('inductiveId', 'expected none: only controller blocks (outputFormat inductive-binary) carry it');
    }
    if ((outputFormat === 'inductive-binary') !== (framing === 'sio')) {
      fault('framing', `expected 'sio' together with outputFormat 'inductive-binary', found one without the other`);
    }
    const wrong = fields?.find((code) => (code === null ? form !== 'text' : !ALLOWED_FIELDS[form].includes(code)));
    if (wrong !== undefined) {
      fault(
        'fields',
        `expected ${ALLOWED_FIELDS[form].join(', ') || 'no fields'} for outputFormat ${outputFormat}, found ${wrong}`,
      );
    }
    const conductivityPrinted =
      form === 'text' ? fields?.includes('CNDC') : form === 'xml' && (fields?.includes('CNDC') ?? true);
    if (conductivityPrinted && settings.conductivityUnit === undefined) {
      fault(
        'conductivityUnit',
        'expected S/m, mS/cm or uS/cm where conductivity is printed, found none: the unit is never guessed',
      );
    }
    if (form !== 'counts') return;
    if (outputFormat === 0 && fields === undefined) {
      fault(
        'fields',
        'expected the quantities that are sent (TEMP, CNDC, and PRES and DOX1 where installed), found none: counts of pressure and of oxygen look alike',
      );
    }
    if (fields !== undefined && wrong === undefined) {
      const order = fields.map((code) => COUNT_FIELDS.indexOf(code as FieldCode));
      if (order[0] !== 0 || order[1] !== 1 || order.some((place, i) => i > 0 && place < order[i - 1])) {
        fault('fields', `expected TEMP, CNDC, then PRES and DOX1 where installed, found ${fields.join(', ')}`);
      } else if (!fields.includes('PRES') && settings.referencePressure === undefined) {
        fault(
          'referencePressure',
          'expected the sea pressure in dbar that conductivity is computed with, since fields have no PRES, found none',
        );
      }
    }
  });
export type Settings = z.output<typeof settingsSchema>;

/** Codes that lines with these settings can carry, in column order. */
export function parametersOf(settings: Settings): readonly FieldCode[] {
  const form = formOf(settings.outputFormat);
  if (form === 'inductive') return settings.pressureRange === undefined ? ['TEMP', 'CNDC'] : ['TEMP', 'CNDC', 'PRES'];
  const usual = form === 'xml' ? XML_FIELDS : form === 'counts' ? COUNT_FIELDS : USUAL_FIELDS;
  return [...(settings.fields ?? usual)].filter((code) => code !== null);
}
