/** Attributes as rules ask for them. */
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from '../netcdf-file.ts';

type Holder = Pick<NetcdfVariable, 'attributes'>;

export function attributeOf({ attributes }: Holder, name: string): NetcdfAttribute | undefined {
  return attributes.find((attribute) => attribute.name === name);
}

/** A text attribute without the NULs that some writers put at its end; nothing for an absent or numeric one. */
export function textOf(holder: Holder, name: string): string | undefined {
  const value = attributeOf(holder, name)?.value;
  return typeof value === 'string' ? value.replace(/\0+$/, '') : undefined;
}

/** A numeric attribute; nothing for an absent or text one. */
export function numbersOf(holder: Holder, name: string): readonly number[] | undefined {
  const value = attributeOf(holder, name)?.value;
  return typeof value === 'string' ? undefined : value;
}

/** The attribute as text, numbers separated by blanks; nothing when it is absent. */
export function shown(holder: Holder, name: string): string | undefined {
  const value = attributeOf(holder, name)?.value;
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value.replace(/\0+$/, '') : value.join(' ');
}

/** A blank-separated list. */
export function wordsOf(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/** A comma-separated list, items without blanks around them. */
export function itemsOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function variableOf(file: NetcdfFile, name: string): NetcdfVariable | undefined {
  return file.variables.find((variable) => variable.name === name);
}

export type VariableKind =
  | 'coordinate'
  | 'environmental'
  | 'biological'
  | 'technical'
  | 'quality_control'
  | 'sensor'
  | 'platform';

export const VARIABLE_KINDS: readonly VariableKind[] = [
  'coordinate',
  'environmental',
  'biological',
  'technical',
  'quality_control',
  'sensor',
  'platform',
];

/** EMSO's kind of a variable; what does not say one is taken for environmental, as EMSO's own report does. */
export function kindOf(variable: NetcdfVariable): VariableKind {
  const stated = textOf(variable, 'variable_type');
  return VARIABLE_KINDS.find((kind) => kind === stated) ?? 'environmental';
}

/** True for flags: by EMSO's kind, by name, or by what the attributes are. */
export function isFlag(variable: NetcdfVariable): boolean {
  return textOf(variable, 'variable_type') === 'quality_control' || variable.name.endsWith('_QC');
}

/** True for what locates the data: coordinate variables, scalar coordinates, and whatever says so. */
export function isCoordinate(variable: NetcdfVariable): boolean {
  if (textOf(variable, 'variable_type') !== undefined) return kindOf(variable) === 'coordinate';
  const located = ['time', 'depth', 'latitude', 'longitude', 'height', 'altitude'];
  return (
    variable.dimensions[0] === variable.name ||
    attributeOf(variable, 'axis') !== undefined ||
    attributeOf(variable, 'cf_role') !== undefined ||
    located.includes(textOf(variable, 'standard_name') ?? '')
  );
}

/** True for measured or computed values. */
export function isDataVariable(variable: NetcdfVariable): boolean {
  const kind = kindOf(variable);
  return (
    variable.type !== 'char' && !isFlag(variable) && !isCoordinate(variable) && kind !== 'sensor' && kind !== 'platform'
  );
}

/** The text in a character variable: all of it, without NULs and blanks at the end. */
export function textIn(variable: NetcdfVariable): string {
  return new TextDecoder().decode(Uint8Array.from(variable.data)).replace(/[\0 ]+$/, '');
}

/** The variable that gives a coordinate, by standard name, else by name. */
export function coordinateOf(file: NetcdfFile, name: string): NetcdfVariable | undefined {
  return (
    file.variables.find((variable) => textOf(variable, 'standard_name') === name && isCoordinate(variable)) ??
    file.variables.find((variable) => variable.name.toLowerCase() === name)
  );
}
