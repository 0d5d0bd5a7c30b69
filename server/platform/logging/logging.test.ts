import { expect, test } from 'vitest';
import { createLogger } from './index.ts';

function capture(): { readonly lines: string[]; readonly write: (line: string) => void } {
  const lines: string[] = [];
  return { lines, write: (line) => lines.push(line) };
}

test('secrets never reach a log line, at the top or one level down', () => {
  const out = capture();
  const logger = createLogger('info', out);
  logger.info(
    {
      password: 'hunter2',
      body: { accessToken: 'abc.def' },
      req: { headers: { authorization: 'Bearer xyz' } },
    },
    'hello',
  );
  const [line] = out.lines;
  expect(line).toContain('[redacted]');
  expect(line).not.toMatch(/hunter2|abc\.def/);
});

test('a child carries the request id, and errors show cause and code but no query parameters', () => {
  const out = capture();
  const error = Object.assign(new Error('outer', { cause: new Error('inner') }), {
    code: '23505',
    parameters: ['secret value'],
  });
  createLogger('info', out).child({ requestId: 'r-1' }).error({ err: error }, 'failed');
  const entry: unknown = JSON.parse(out.lines[0] ?? '');
  expect(entry).toMatchObject({
    requestId: 'r-1',
    level: 'error',
    err: { message: 'outer', code: '23505', cause: { message: 'inner' } },
  });
  expect(out.lines[0]).not.toContain('secret value');
});
