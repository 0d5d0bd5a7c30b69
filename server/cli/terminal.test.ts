import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { renderBar } from './progress.ts';
import { createTerminal, oneLine, printable } from './terminal.ts';

function fakeTerminal(options: { readonly isTTY: boolean }) {
  const stdin = Object.assign(new PassThrough(), options);
  const stdout = Object.assign(new PassThrough(), options);
  const stderr = Object.assign(new PassThrough(), options);
  return { terminal: createTerminal({ stdin, stdout, stderr }), stdin, stdout, stderr };
}

describe('asking for a secret', () => {
  test('shows the question and nothing of the answer, and lets it be edited', async () => {
    const { terminal, stdin, stdout, stderr } = fakeTerminal({ isTTY: true });
    const answer = terminal.askSecret('Password: ', '');
    stdin.write('secrex\u007ft\r');
    expect(await answer).toBe('secret');
    expect(String(stderr.read())).toBe('Password: \n');
    expect(stdout.read()).toBeNull();
  });

  test('Ctrl-C is an interruption, and no terminal is wrong use with a way out', async () => {
    const { terminal, stdin } = fakeTerminal({ isTTY: true });
    const answer = terminal.askSecret('Password: ', '');
    stdin.write('\u0003');
    await expect(answer).rejects.toMatchObject({ exitCode: 130 });
    await expect(fakeTerminal({ isTTY: false }).terminal.askSecret('?', 'Set X.')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Set X.'),
    });
  });
});

test('a status line replaces itself on a terminal and is absent elsewhere', () => {
  const { terminal, stderr } = fakeTerminal({ isTTY: true });
  terminal.status?.('one');
  terminal.status?.('two');
  expect(String(stderr.read())).toBe('\r\u001b[2Kone\r\u001b[2Ktwo');
  expect(fakeTerminal({ isTTY: false }).terminal.status).toBeNull();
});

test('text from outside cannot steer the terminal', () => {
  expect(printable('a\u001b[31mred\u001b[0m\u0007\r\u009b2Jb\u202ec\nd\te')).toBe('aredbc\nd\te');
  expect(oneLine(' a \n\u001b]0;title\u0007 b\u0000 ')).toBe('a b');
});

describe('the progress bar', () => {
  test('fills up and says how far it is', () => {
    expect(renderBar({ total: 10, sent: 8, done: 5 }, 80)).toBe(
      `${'█'.repeat(20)}${'░'.repeat(20)}  5/10  8 sent`,
    );
    expect(renderBar({ total: 10, sent: 10, done: 10 }, 80)).toBe(`${'█'.repeat(40)}  10/10`);
  });

  test.each([200, 80, 30, 12, 5, 1])('fits into %i columns', (columns) => {
    for (const done of [0, 1, 999, 1000]) {
      expect(renderBar({ total: 1000, sent: 1000, done }, columns).length).toBeLessThan(Math.max(columns, 1));
    }
  });

  test('nothing to do is no division by zero', () => {
    expect(renderBar({ total: 0, sent: 0, done: 0 }, 80)).toContain('0/0');
  });
});
