import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { startHttp } from './http.ts';
import { createMetrics } from './metrics.ts';

const hosts: [host: string, told: string][] = [
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', hostname()],
];
for (const [host, told] of hosts) {
  test(`listening on ${host} it tells others to ask ${told}`, async (t) => {
    const http = await startHttp({ host, port: 0, metrics: createMetrics(), ready: () => true });
    t.after(() => http.close());
    const { port } = new URL(http.url);
    assert.equal(http.url, `http://${told}:${port}`);
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.deepEqual(await response.json(), { status: 'ok' });
  });
}
