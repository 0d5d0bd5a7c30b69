import type { TextRun } from './lines.ts';

/** Quarter turns counter-clockwise of the direction of writing. */
type Quarter = 0 | 1 | 2 | 3;

function quarterOf({ transform: [a = 0, b = 0] }: TextRun): Quarter {
  if (Math.abs(a) >= Math.abs(b)) return a < 0 ? 2 : 0;
  return b > 0 ? 1 : 3;
}

function turn(quarter: Quarter, x: number, y: number): [number, number] {
  switch (quarter) {
    case 1:
      return [y, -x];
    case 2:
      return [-x, -y];
    case 3:
      return [-y, x];
    default:
      return [x, y];
  }
}

export interface UprightPage<T> {
  readonly runs: readonly T[];
  /** Points. */
  readonly height: number;
}

/**
 * Turns a page so that most of its text runs from left to right, with the lower left corner at the origin: pages that are
 * shown turned (`/Rotate`) and tables set sideways read like any other. `view` is the page's box [x1 y1 x2 y2] in points.
 */
export function upright<T extends TextRun>(runs: readonly T[], view: readonly number[]): UprightPage<T> {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = view;
  const weights = [0, 0, 0, 0];
  for (const run of runs) weights[quarterOf(run)] = (weights[quarterOf(run)] ?? 0) + run.str.trim().length;
  const quarters: readonly Quarter[] = [0, 1, 2, 3];
  const quarter = quarters.reduce<Quarter>(
    (best, each) => ((weights[each] ?? 0) > (weights[best] ?? 0) ? each : best),
    0,
  );
  const corners = [turn(quarter, x1, y1), turn(quarter, x2, y2)];
  const left = Math.min(...corners.map(([x]) => x));
  const bottom = Math.min(...corners.map(([, y]) => y));
  return {
    height: Math.max(...corners.map(([, y]) => y)) - bottom,
    runs: runs.map((run) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = run.transform;
      const [x, y] = turn(quarter, e, f);
      return { ...run, transform: [...turn(quarter, a, b), ...turn(quarter, c, d), x - left, y - bottom] };
    }),
  };
}
