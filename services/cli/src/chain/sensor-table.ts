/** Which folders of a data root are whose, as its writer left it there: so that the files can be read when it is dead. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface TableSensor {
  readonly platform: string;
  readonly sensor: string;
  readonly folder: string;
  readonly prefix: string;
  readonly cadenceMs: number;
  /** What products of today's configuration are stamped with; absent where the instrument model is not installed. */
  readonly build?: string;
  /** Where the site file is: releases stand beside it. */
  readonly site?: string;
}

/** The sensors of a data root; none when no writer ever started there. Throws on a file that cannot be read. */
export async function readSensorTable(dataDir: string): Promise<TableSensor[]> {
  const text = await readFile(join(dataDir, '.sensors.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  return JSON.parse(text) as TableSensor[];
}
