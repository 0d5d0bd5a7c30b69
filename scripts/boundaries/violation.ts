/** A broken rule: where, and what to do about it. `file` is relative to the repository. */
export interface Violation {
  readonly rule: string;
  readonly file: string;
  /** 1-based, where the rule looks at lines. */
  readonly line?: number;
  readonly detail: string;
}
