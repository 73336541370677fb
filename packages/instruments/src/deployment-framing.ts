/** How what a sensor sends is cut into records during one of its deployments. */
import type { Deployment } from '@emso/core';
import { framingOf, type InstrumentModel } from './define.ts';
import { type Framing, LINES } from './framing.ts';

/**
 * The framing of a deployment. A relay sends lines, whatever its instruments would send themselves, and so does a sensor whose
 * model is not installed. Throws what zod throws when the model refuses the settings.
 */
export function framingOfDeployment(model: InstrumentModel | undefined, { settings, envelope }: Deployment): Framing {
  if (model === undefined || envelope !== undefined) return LINES;
  return framingOf(model, model.settings.parse(settings));
}
