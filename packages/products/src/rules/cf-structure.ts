/** CF-1.6: how variables hang together. */
import type { NetcdfFile, NetcdfVariable } from '../netcdf-file.ts';
import { attributeOf, isCoordinate, isDataVariable, shown, textOf, variableOf, wordsOf } from './attributes.ts';
import { fault } from './cf.ts';
import type { Fault, NetcdfSubject, Rule } from './rule.ts';

const FEATURE_TYPES = ['point', 'timeSeries', 'trajectory', 'profile', 'timeSeriesProfile', 'trajectoryProfile'];
const ROLES_OF: Readonly<Record<string, readonly string[]>> = {
  point: [],
  timeseries: ['timeseries_id'],
  trajectory: ['trajectory_id'],
  profile: ['profile_id'],
  timeseriesprofile: ['timeseries_id', 'profile_id'],
  trajectoryprofile: ['trajectory_id', 'profile_id'],
};
const ROLES = ['timeseries_id', 'profile_id', 'trajectory_id'];
const AXES = ['T', 'Z', 'Y', 'X'];

export const CF_STRUCTURE_RULES: readonly Rule<NetcdfSubject>[] = [
  {
    id: 'cf.dimensions',
    severity: 'error',
    source: 'CF-1.6 §2.4',
    about: 'the dimensions of a variable are all different',
    check: ({ file }) =>
      file.variables
        .filter(({ dimensions }) => new Set(dimensions).size !== dimensions.length)
        .map(({ name, dimensions }) =>
          fault(name, 'different dimensions', dimensions.join(', '), 'use a second dimension'),
        ),
  },
  {
    id: 'cf.dimension-order',
    severity: 'warning',
    source: 'CF-1.6 §2.4',
    about: 'dimensions come in the order T, Z, Y, X',
    check: ({ file }) =>
      file.variables.flatMap(({ name, dimensions }) => {
        const axes = dimensions.map((dimension) => AXES.indexOf(axisOf(file, dimension))).filter((place) => place >= 0);
        if (axes.every((place, i) => i === 0 || axes[i - 1] < place)) return [];
        return [fault(name, 'dimensions in the order T, Z, Y, X', dimensions.join(', '), 'turn them round')];
      }),
  },
  {
    id: 'cf.axis',
    severity: 'error',
    source: 'CF-1.6 §4',
    about: '`axis` is X, Y, Z or T, stands on coordinates, and each letter once',
    check: ({ file }) => {
      const seen = new Map<string, string>();
      return file.variables.flatMap((variable) => {
        const axis = shown(variable, 'axis');
        if (axis === undefined) return [];
        const where = `${variable.name}:axis`;
        if (!AXES.includes(axis)) return [fault(where, 'X, Y, Z or T', `'${axis}'`, 'correct the letter')];
        if (!isCoordinate(variable)) return [fault(where, 'axis on coordinates only', axis, 'take it away')];
        const other = seen.get(axis);
        seen.set(axis, variable.name);
        return other === undefined ? [] : [fault(where, `${axis} once`, `also on ${other}`, 'take one away')];
      });
    },
  },
  {
    id: 'cf.coordinates',
    severity: 'error',
    source: 'CF-1.6 §5',
    about: 'each name in `coordinates` is a variable whose dimensions the data variable has',
    check: ({ file }) =>
      file.variables.flatMap((variable) =>
        wordsOf(textOf(variable, 'coordinates')).flatMap((name) => coordinateFaults(file, variable, name)),
      ),
  },
  {
    id: 'cf.ancillary',
    severity: 'error',
    source: 'CF-1.6 §3.4',
    about: 'each name in `ancillary_variables` is a variable',
    check: ({ file }) =>
      file.variables.flatMap((variable) =>
        wordsOf(textOf(variable, 'ancillary_variables'))
          .filter((name) => variableOf(file, name) === undefined)
          .map((name) =>
            fault(`${variable.name}:ancillary_variables`, 'a variable of the file', name, 'correct the name'),
          ),
      ),
  },
  {
    id: 'cf.feature-type',
    severity: 'error',
    source: 'CF-1.6 §9.4',
    about: '`featureType` is one of CF',
    check: ({ file }) => {
      const text = shown(file, 'featureType') ?? '';
      // Its case does not count (§9.4); ERDDAP writes it with a capital.
      if (FEATURE_TYPES.some((type) => type.toLowerCase() === text.toLowerCase())) return [];
      return [fault('featureType', FEATURE_TYPES.join(', '), `'${text}'`, "write 'timeSeries'")];
    },
  },
  {
    id: 'cf.role',
    severity: 'error',
    source: 'CF-1.6 §9.5',
    about: 'one variable has the `cf_role` that the featureType needs, and no other role exists',
    check({ file }) {
      const roles = file.variables.flatMap((variable) => {
        const role = shown(variable, 'cf_role');
        return role === undefined ? [] : [{ where: `${variable.name}:cf_role`, role }];
      });
      const strange = roles
        .filter(({ role }) => !ROLES.includes(role))
        .map(({ where, role }) => fault(where, ROLES.join(', '), `'${role}'`, 'correct the role'));
      const needed = ROLES_OF[(textOf(file, 'featureType') ?? '').toLowerCase()] ?? [];
      const absent = needed
        .map((role) => ({ role, count: roles.filter((each) => each.role === role).length }))
        .filter(({ count }) => count !== 1)
        .map(({ role, count }) => fault('cf_role', `one variable with ${role}`, String(count), 'mark the identifier'));
      return [...strange, ...absent];
    },
  },
  {
    id: 'cf.data-coordinates',
    severity: 'error',
    source: 'CF-1.6 §9.2',
    about: 'data variables of a feature list their coordinates',
    check: ({ file }) =>
      textOf(file, 'featureType') === undefined
        ? []
        : file.variables
            .filter((variable) => isDataVariable(variable) && attributeOf(variable, 'coordinates') === undefined)
            .filter(({ dimensions }) => dimensions.length > 0)
            .map(({ name }) => fault(`${name}:coordinates`, 'the names of its coordinates', 'nothing', 'list them')),
  },
];

function axisOf(file: NetcdfFile, dimension: string): string {
  const variable = variableOf(file, dimension);
  return variable === undefined ? '' : (textOf(variable, 'axis') ?? '');
}

function coordinateFaults(file: NetcdfFile, variable: NetcdfVariable, name: string): Fault[] {
  const where = `${variable.name}:coordinates`;
  const coordinate = variableOf(file, name);
  if (coordinate === undefined)
    return [fault(where, 'variables of the file', name, 'correct the name, or write the variable')];
  // The last dimension of a text is its length (§5).
  const own = coordinate.type === 'char' ? coordinate.dimensions.slice(0, -1) : coordinate.dimensions;
  const stray = own.find((dimension) => !variable.dimensions.includes(dimension));
  if (stray === undefined) return [];
  return [
    fault(where, `${name} on dimensions of ${variable.name}`, stray, 'leave it out, or put it on these dimensions'),
  ];
}
