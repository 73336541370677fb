import type { Sensor } from '@emso/core';

/** When a deployment ended, epoch ms: its own `to`, at the latest the next one's `from`; undefined while it goes on. */
export function deploymentEnd({ deployments }: Sensor, index: number): number | undefined {
  const ends = [deployments[index].to, deployments[index + 1]?.from].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
