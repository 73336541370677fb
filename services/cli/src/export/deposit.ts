/** `emso export SENSOR --format seanoe`: a directory that can be deposited as it is. */
import { join } from 'node:path';
import { type DepositEntry, depositData, depositEntries, depositPapers } from '@emso/products';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { type ExportRequest, make, openStage, planOf, seriesOfSensor, type Written, write } from './export.ts';

/** Makes the deposit of a sensor in a directory of its own below `out`. Throws CommandFailure 1 when there are no days. */
export async function exportDeposit(sensor: string, request: ExportRequest): Promise<Written[]> {
  const stage = await openStage(request);
  const plan = planOf(stage, sensor);
  const parts = [request.source === 'released' ? '_D' : '', request.qc === 'good' ? '_good' : ''];
  const out = join(request.out, `seanoe_${sensor}${parts.join('')}`);
  const entries: DepositEntry[] = [];
  const written: Written[] = [];
  for await (const series of seriesOfSensor(stage, plan, request.by)) {
    const data = make(() => depositData(series));
    written.push(...(await write(out, data, series.input.batch.count)));
    entries.push(...depositEntries(data, series));
  }
  if (entries.length === 0)
    throw new CommandFailure(EXIT.problem, `${sensor}: expected rows in the period, found none`);
  written.push(
    ...(await write(
      out,
      make(() => depositPapers(entries)),
      0,
    )),
  );
  return written;
}
