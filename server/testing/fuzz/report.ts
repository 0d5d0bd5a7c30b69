import type { Complaint, Sent } from './oracle.ts';
import type { WireRequest } from './wire.ts';

/** One broken promise of one operation, however often it was broken. */
export interface Finding {
  readonly operation: string;
  readonly kind: string;
  readonly what: string;
  readonly caller: string | undefined;
  /** The first request that showed it, shrunk where that could be done. */
  readonly request: WireRequest | undefined;
  /** The how-manieth case of its operation it was. */
  readonly run: number | undefined;
  readonly hits: number;
}

export interface OperationCount {
  readonly operation: string;
  readonly cases: number;
  /** Answers by the first digit of their status; `none` where none came. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

export interface Report {
  readonly cases: number;
  readonly findings: readonly Finding[];
  readonly operations: readonly OperationCount[];
  readonly unexplained: ReadonlyMap<string, number>;
}

interface SentRun extends Sent {
  readonly planned: { readonly run: number };
}

interface Open {
  finding: Finding;
}

export class Findings {
  readonly #open = new Map<string, Open>();

  /** Something to make the request smaller by, where this is the first time. */
  add(
    operation: string,
    complaint: Complaint,
    sent: SentRun | undefined,
  ): { shrink(request: WireRequest): void } | undefined {
    const key = `${operation} ${complaint.kind}`;
    const known = this.#open.get(key);
    if (known) {
      known.finding = { ...known.finding, hits: known.finding.hits + 1 };
      return undefined;
    }
    const open: Open = {
      finding: {
        operation,
        ...complaint,
        caller: sent?.caller,
        request: sent?.request,
        run: sent?.planned.run,
        hits: 1,
      },
    };
    this.#open.set(key, open);
    return {
      shrink: (request) => {
        open.finding = { ...open.finding, request };
      },
    };
  }

  all(): readonly Finding[] {
    return [...this.#open.values()].map(({ finding }) => finding);
  }
}

export class Tally {
  readonly #counts: Map<string, { cases: number; answers: Record<string, number>; slowestMs: number }>;

  constructor(operations: readonly string[]) {
    this.#counts = new Map(operations.map((name) => [name, { cases: 0, answers: {}, slowestMs: 0 }]));
  }

  count({ operation, exchange: { answer, ms } }: Sent): void {
    const entry = this.#counts.get(operation.name);
    if (!entry) return;
    const digit = answer ? `${Math.floor(answer.status / 100)}xx` : 'none';
    entry.cases += 1;
    entry.answers[digit] = (entry.answers[digit] ?? 0) + 1;
    entry.slowestMs = Math.max(entry.slowestMs, ms);
  }

  /** An operation that was never reached is a finding too: nothing is skipped in silence. */
  report(findings: readonly Finding[], unexplained: ReadonlyMap<string, number>): Report {
    const operations = [...this.#counts].map(([operation, count]) => ({ operation, ...count }));
    const never = operations
      .filter(({ cases }) => cases === 0)
      .map(
        ({ operation }): Finding => ({
          ...{ operation, kind: 'never reached', what: 'no case was sent', hits: 0 },
          ...{ caller: undefined, request: undefined, run: undefined },
        }),
      );
    const cases = operations.reduce((sum, count) => sum + count.cases, 0);
    return { cases, findings: [...findings, ...never], operations, unexplained };
  }
}
