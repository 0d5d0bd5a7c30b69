import { AppError } from '../../kernel/errors.ts';

/** Runs `fn` when it is the turn of `whose`. Throws `auth.busy` (503). */
export type InTurn = <T>(whose: string, fn: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly go: () => void;
  readonly refuse: () => void;
}

/**
 * Runs at most `running` of the given functions at once; up to `waiting` others wait. Everybody has a line of their own, and
 * the lines take turns (round robin), so that whoever comes alone does not wait for somebody's hundreds. Where no more may
 * wait, the last of the longest line gives way; who would make theirs the longest is refused (longest queue drop).
 */
export function limitConcurrency(limits: { readonly running: number; readonly waiting: number }): InTurn {
  // In the order of their turns: a Map keeps the order in which keys are set.
  const lines = new Map<string, Waiting[]>();
  let running = 0;
  let waiting = 0;

  return async (whose, fn) => {
    if (running < limits.running) running += 1;
    else await wait(whose);
    try {
      return await fn();
    } finally {
      // The place goes straight to the next one, so that nobody who comes in between can take it.
      const next = takeNext();
      if (next) next.go();
      else running -= 1;
    }
  };

  function wait(whose: string): Promise<void> {
    if (waiting >= limits.waiting) makeRoomFor(whose);
    const line = lines.get(whose) ?? [];
    lines.set(whose, line);
    waiting += 1;
    return new Promise((go, reject) => line.push({ go, refuse: () => reject(busy()) }));
  }

  function makeRoomFor(whose: string): void {
    const longest = [...lines.values()].reduce<Waiting[]>((a, b) => (b.length > a.length ? b : a), []);
    const own = lines.get(whose)?.length ?? 0;
    if (longest.length <= own + 1) throw busy();
    longest.pop()?.refuse();
    waiting -= 1;
  }

  function takeNext(): Waiting | undefined {
    for (const [whose, line] of lines) {
      const next = line.shift();
      lines.delete(whose);
      if (line.length > 0) lines.set(whose, line);
      if (!next) continue;
      waiting -= 1;
      return next;
    }
    return undefined;
  }
}

function busy(): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'auth.busy',
    safeMessage: 'Too many people are signing in right now. Try again in a moment.',
    retryable: true,
    retryAfterSeconds: 5,
  });
}
