import { expect, test } from 'vitest';
import { parseWrk } from './wrk.ts';

const OUTPUT = `Running 5s test @ http://127.0.0.1:3000
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     7.91ms    2.13ms  61.20ms   88.10%
    Req/Sec     6.36k   512.10     7.01k    82.00%
  Latency Distribution
     50%  950.00us
     75%    8.40ms
     90%    9.60ms
     99%    1.20s
  31654 requests in 5.00s, 61.70MB read
Requests/sec:   6329.15
Transfer/sec:     12.34MB
`;

test('reads rate and percentiles in their units', () => {
  expect(parseWrk(OUTPUT)).toEqual({ requestsPerSecond: 6329.15, p50Ms: 0.95, p99Ms: 1200 });
});

test.each(['  Non-2xx or 3xx responses: 12\n', '  Socket errors: connect 0, read 3, write 0, timeout 0\n'])(
  'refuses a run with errors: %s',
  (line) => expect(() => parseWrk(OUTPUT + line)).toThrow('not a fair run'),
);

test('refuses output without figures', () => {
  expect(() => parseWrk('unable to connect')).toThrow('no figures');
});
