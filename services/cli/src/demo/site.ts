/** The site file of a demonstration: the real one, its cabled sensors reached at the simulators' addresses. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Observatory } from '@emso/core';
import { parseDocument } from 'yaml';
import { SIMULATED_MODELS } from '../simulate/generate.ts';

export interface DemoSensor {
  readonly id: string;
  readonly model: string;
  readonly cadenceMs: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Sensors that can be simulated: the deployment in force gives lines as they come. */
export function demoSensors(observatory: Observatory): DemoSensor[] {
  return observatory.platforms.flatMap((platform) =>
    platform.sensors
      .filter(
        (sensor) => SIMULATED_MODELS.includes(sensor.model) && sensor.deployments.at(-1)?.timePolicy === 'received',
      )
      .map(({ id, model, cadenceMs, deployments }) => ({
        id,
        model,
        cadenceMs,
        settings: deployments.at(-1)?.settings ?? {},
      })),
  );
}

/** Writes `source` to `target` with the endpoint of the last deployment of each sensor set, comments and all else kept. */
export function writeDemoSite(source: string, target: string, endpoints: ReadonlyMap<string, string>): void {
  const document = parseDocument(readFileSync(source, 'utf8'));
  const site = document.toJS() as { platforms: { sensors: { id: string; deployments: unknown[] }[] }[] };
  site.platforms.forEach((platform, p) => {
    platform.sensors.forEach((sensor, s) => {
      const endpoint = endpoints.get(sensor.id);
      if (endpoint !== undefined) {
        document.setIn(
          ['platforms', p, 'sensors', s, 'deployments', sensor.deployments.length - 1, 'endpoint'],
          endpoint,
        );
      }
    });
  });
  writeFileSync(target, document.toString());
}
