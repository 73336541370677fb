/** Instruments: one folder per model, the framing of live streams, and the readers of historical files. */
import { aanderaaOptode } from './aanderaa-optode/instrument.ts';
import type { InstrumentModel } from './define.ts';
import { delimitedText } from './delimited-text/instrument.ts';
import { nortekAquadopp } from './nortek-aquadopp/instrument.ts';
import { sbe37Microcat } from './sbe37-microcat/instrument.ts';
import { seafloorPressure } from './seafloor-pressure/instrument.ts';
import { wetlabsCstar } from './wetlabs-cstar/instrument.ts';

export * from './define.ts';
export * from './deployment-framing.ts';
export * from './describe.ts';
export * from './framing.ts';
export * from './lines.ts';
export * from './reframe-rows.ts';
export * from './rows.ts';
export { aanderaaOptode, delimitedText, nortekAquadopp, sbe37Microcat, seafloorPressure, wetlabsCstar };

// Settings types end here: who takes a model from the list gives it settings that its own schema has parsed.
const MODELS = [
  sbe37Microcat,
  aanderaaOptode,
  wetlabsCstar,
  nortekAquadopp,
  seafloorPressure,
  delimitedText,
] as unknown as InstrumentModel[];

/** Every instrument model by id. */
export const INSTRUMENTS: ReadonlyMap<string, InstrumentModel> = new Map(MODELS.map((model) => [model.id, model]));
