/** Which sensors are heard where: one connection an endpoint, and one sensor at each but for those behind a relay. */
import { deploymentAt, type Envelope, type Observatory, sensorsOf } from '@emso/core';
import { type Framing, framingOfDeployment, INSTRUMENTS, LINES } from '@emso/instruments';

export interface HeardSensor {
  readonly platform: string;
  readonly sensor: string;
  readonly cadenceMs: number;
  readonly envelope: Envelope | undefined;
}

export interface HeardEndpoint {
  /** `tcp://host:port`, as the site file has it. */
  readonly endpoint: string;
  readonly framing: Framing;
  /** One, or several that share an envelope and have an address each. */
  readonly sensors: readonly HeardSensor[];
  /** Why the settings of the sensor do not tell its framing, and lines are read: every byte is kept all the same. */
  readonly framingFault?: unknown;
}

export interface Heard {
  readonly endpoints: readonly HeardEndpoint[];
  /** Sensors that are not acquired, and why. */
  readonly others: readonly { readonly sensor: string; readonly reason: string }[];
}

/** What is to be heard at an instant. A sensor outside its deployments is heard too, unless one that is deployed has its endpoint. */
export function heardAt(observatory: Observatory, nowMs: number): Heard {
  const others: { sensor: string; reason: string }[] = [];
  const wired = sensorsOf(observatory).flatMap(({ platform, sensor }) => {
    const { deployment, outside } = deploymentAt(sensor, nowMs);
    const { endpoint, envelope, source = 'none' } = deployment;
    if (endpoint !== undefined) {
      const heard = { platform: platform.id, sensor: sensor.id, cadenceMs: sensor.cadenceMs, envelope };
      return [{ endpoint, outside, heard, framing: framingOf(sensor.model, deployment) }];
    }
    others.push({ sensor: sensor.id, reason: `no endpoint in the site file (source: ${source})` });
    return [];
  });
  const endpoints = [...Map.groupBy(wired, ({ endpoint }) => endpoint)].map(([endpoint, all]): HeardEndpoint => {
    const deployed = all.filter(({ outside }) => !outside);
    const candidates = deployed.length > 0 ? deployed : all;
    const relayed = candidates.every(({ heard }) => heard.envelope?.address !== undefined);
    const chosen = relayed ? candidates : candidates.slice(0, 1);
    for (const each of all) {
      if (chosen.includes(each)) continue;
      const reason = `its endpoint ${endpoint} is that of ${chosen[0].heard.sensor} now`;
      others.push({ sensor: each.heard.sensor, reason });
    }
    return { endpoint, sensors: chosen.map(({ heard }) => heard), ...chosen[0].framing };
  });
  return { endpoints, others };
}

function framingOf(
  model: string,
  deployment: Parameters<typeof framingOfDeployment>[1],
): Pick<HeardEndpoint, 'framing' | 'framingFault'> {
  try {
    return { framing: framingOfDeployment(INSTRUMENTS.get(model), deployment) };
  } catch (framingFault) {
    return { framing: LINES, framingFault };
  }
}
