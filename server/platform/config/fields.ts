/** How one setting is read from the environment: a parser that gives a value or a sentence, a default, and its documentation. */
export interface Field<T> {
  readonly parse: (raw: string) => { readonly value: T } | { readonly problem: string };
  /** What holds when the variable is absent or empty. */
  readonly fallback: T;
  readonly doc: string;
  /** Never printed, never logged. */
  readonly secret: boolean;
  /** How the default reads in `.env.example`. */
  readonly example: string;
}

interface Describe {
  readonly doc: string;
  readonly secret?: boolean;
}

function field<T>(parse: Field<T>['parse'], fallback: T, describe: Describe, example: string): Field<T> {
  return { parse, fallback, doc: describe.doc, secret: describe.secret ?? false, example };
}

export function text(fallback: string, describe: Describe): Field<string> {
  return field((raw) => ({ value: raw }), fallback, describe, fallback);
}

export function optionalText(
  describe: Describe & { readonly minLength?: number },
): Field<string | undefined> {
  const minimum = describe.minLength ?? 1;
  const parse = (raw: string) =>
    raw.length < minimum ? { problem: `must have at least ${minimum} characters` } : { value: raw };
  return field<string | undefined>(parse, undefined, describe, '');
}

export function integer(
  fallback: number,
  range: Describe & { readonly min: number; readonly max: number },
): Field<number> {
  const parse = (raw: string) => {
    const value = Number(raw);
    if (!Number.isInteger(value) || value < range.min || value > range.max) {
      return { problem: `must be a whole number from ${range.min} to ${range.max}` };
    }
    return { value };
  };
  return field(parse, fallback, range, String(fallback));
}

export function flag(fallback: boolean, describe: Describe): Field<boolean> {
  const parse = (raw: string) =>
    raw === 'true' || raw === 'false' ? { value: raw === 'true' } : { problem: 'must be true or false' };
  return field(parse, fallback, describe, String(fallback));
}

export function oneOf<const T extends string>(
  allowed: readonly T[],
  fallback: T,
  describe: Describe,
): Field<T> {
  const parse = (raw: string) => {
    const value = allowed.find((candidate) => candidate === raw);
    return value === undefined ? { problem: `must be one of ${allowed.join(', ')}` } : { value };
  };
  return field(parse, fallback, describe, fallback);
}

export function optionalUrl(protocols: readonly string[], describe: Describe): Field<string | undefined> {
  const parse = (raw: string) => {
    const url = URL.canParse(raw) ? new URL(raw) : undefined;
    if (!url || !protocols.includes(url.protocol)) {
      return { problem: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}` };
    }
    return { value: raw };
  };
  return field<string | undefined>(parse, undefined, describe, '');
}

/** A JSON list of origins such as `["https://app.example.org"]`. */
export function originList(describe: Describe): Field<readonly string[]> {
  const parse = (raw: string) => {
    const problem = { problem: 'must be a JSON list of origins, for example ["https://app.example.org"]' };
    let list: unknown;
    try {
      list = JSON.parse(raw);
    } catch {
      return problem;
    }
    if (!Array.isArray(list)) return problem;
    const origins = list.filter((item): item is string => typeof item === 'string' && URL.canParse(item));
    if (origins.length !== list.length || origins.some((origin) => new URL(origin).origin !== origin))
      return problem;
    return { value: Object.freeze(origins) };
  };
  return field<readonly string[]>(parse, Object.freeze([]), describe, '[]');
}

/** Items between commas, each read by `parse`; one that gives undefined makes the whole setting a problem. */
export function list<T>(
  parse: (item: string) => T | undefined,
  describe: Describe & { readonly items: string },
): Field<readonly T[]> {
  const read = (raw: string) => {
    const values: T[] = [];
    for (const item of raw.split(',').map((part) => part.trim())) {
      const value = parse(item);
      if (value === undefined) return { problem: `must be ${describe.items} between commas` };
      values.push(value);
    }
    return { value: values };
  };
  return field<readonly T[]>(read, [], describe, '');
}

/** `provider:model`, for example `anthropic:claude-…` or `openai:gpt-…`. */
export function model(describe: Describe): Field<string | undefined> {
  const parse = (raw: string) =>
    /^(anthropic|openai):\S+$/.test(raw)
      ? { value: raw }
      : { problem: 'must be provider:model with provider anthropic or openai' };
  return field<string | undefined>(parse, undefined, describe, '');
}
