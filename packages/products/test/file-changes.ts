/** One change to a NetCDF value, as tests of rules make them. Places are written as in CDL: `title`, `TEMP:units`. */
import type { NetcdfAttribute, NetcdfFile, NetcdfType, NetcdfVariable } from '../src/netcdf-file.ts';

export type Change = (file: NetcdfFile) => NetcdfFile;

type Value = string | readonly number[];

/** The place as variable and attribute; no variable for a global attribute. */
function placeOf(place: string): [variable: string | undefined, attribute: string] {
  const [variable, attribute] = place.split(':');
  return attribute === undefined ? [undefined, variable] : [variable, attribute];
}

function onAttributes(
  place: string,
  edit: (list: readonly NetcdfAttribute[], name: string) => NetcdfAttribute[],
): Change {
  const [variable, name] = placeOf(place);
  if (variable === undefined) return (file) => ({ ...file, attributes: edit(file.attributes, name) });
  return changed(variable, (each) => ({ ...each, attributes: edit(each.attributes, name) }));
}

/** Sets an attribute; numbers are doubles unless a type is given. */
export function set(place: string, value: Value, type: NetcdfType = 'double'): Change {
  return onAttributes(place, (list, name) => [
    ...list.filter((attribute) => attribute.name !== name),
    typeof value === 'string' ? { name, type: 'char', value } : { name, type, value },
  ]);
}

export function unset(place: string): Change {
  return onAttributes(place, (list, name) => list.filter((attribute) => attribute.name !== name));
}

/** Another variable in place of one. */
export function changed(name: string, edit: (variable: NetcdfVariable) => NetcdfVariable): Change {
  return (file) => ({ ...file, variables: file.variables.map((each) => (each.name === name ? edit(each) : each)) });
}

export function without(name: string): Change {
  return (file) => ({ ...file, variables: file.variables.filter((each) => each.name !== name) });
}

/** A copy of a variable under another name. */
export function twin(name: string, other: string): Change {
  return (file) => ({
    ...file,
    variables: file.variables.flatMap((each) => (each.name === name ? [each, { ...each, name: other }] : [each])),
  });
}

/** One value of a variable. */
export function value(name: string, at: number, number: number): Change {
  return changed(name, (variable) => {
    const data = variable.data.slice();
    data[at] = number;
    return { ...variable, data };
  });
}

export function all(...changes: readonly Change[]): Change {
  return (file) => changes.reduce((before, change) => change(before), file);
}
