import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSmtpUrl } from '../mail/smtp-url.ts';
import type { Allowed } from '../outbound/index.ts';
import type { Field } from './fields.ts';
import { SETTINGS } from './schema.ts';

type Settings = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Field<infer T> ? T : never;
};

/** The settings as the rooms of the house get them: one frozen slice for each. */
export interface Config {
  readonly production: boolean;
  readonly dataDir: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string | undefined;
    /** Reverse proxies before the server. */
    readonly trustedProxies: number;
    readonly corsOrigins: readonly string[];
    readonly rateLimit: boolean;
    readonly secureCookies: boolean;
  };
  /** Units a minute. */
  readonly rateQuotas: {
    readonly address: number;
    readonly user: number;
    readonly key: number;
    readonly organization: number;
  };
  readonly outbound: { readonly allow: readonly Allowed[]; readonly ports: readonly number[] };
  readonly logging: { readonly level: Settings['LOG_LEVEL'] };
  readonly identity: {
    readonly secretKey: string | undefined;
    readonly adminSecret: string | undefined;
    readonly accessTokenSeconds: number;
    readonly signingKeyDays: number;
    readonly sessionSeconds: number;
    readonly registration: 'open' | 'verified' | 'closed';
    readonly organizationGraceDays: number;
    readonly organizationsPerPerson: number;
  };
  readonly mail: {
    readonly smtpUrl: string | undefined;
    readonly from: string;
    readonly keepDays: number;
  };
  readonly audit: {
    /** What `identity.secretKey` was before, newest first. */
    readonly formerSecretKeys: readonly string[];
    /** 0: for ever. */
    readonly retentionDays: number;
  };
  readonly database: {
    readonly url: string | undefined;
    readonly migrationUrl: string | undefined;
    readonly poolSize: number;
    readonly poolTimeoutSeconds: number;
  };
  readonly redisUrl: string | undefined;
  readonly storage: { readonly folder: string };
  readonly library: {
    readonly maxUploadBytes: number;
    readonly maxUploadFiles: number;
    readonly parseTimeoutSeconds: number;
    readonly parseMemoryMb: number;
    readonly parseWorkers: number;
    readonly samples: boolean;
  };
  readonly ai: {
    readonly models: {
      readonly chat: string | undefined;
      readonly fast: string | undefined;
      readonly judge: string | undefined;
      readonly embed: string | undefined;
      readonly image: string | undefined;
      readonly rerank: string | undefined;
    };
    readonly anthropicApiKey: string | undefined;
    readonly anthropicBaseUrl: string | undefined;
    readonly openaiBaseUrl: string | undefined;
    readonly openaiApiKey: string | undefined;
    readonly timeoutSeconds: number;
  };
  readonly shutdownSeconds: number;
}

/** Everything that is wrong with the environment, in one message. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads and checks the whole environment. Throws `ConfigError` with all problems at once. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, field]) => [
    name,
    readSetting(name, field, environment[name], problems),
  ]);
  const settings = Object.fromEntries(entries) as Settings;
  problems.push(...crossChecks(settings));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(toConfig(settings));
}

function readSetting(
  name: string,
  field: Field<unknown>,
  raw: string | undefined,
  problems: string[],
): unknown {
  if (raw === undefined || raw === '') return field.fallback;
  const parsed = field.parse(raw);
  if ('value' in parsed) return parsed.value;
  problems.push(`${name} ${parsed.problem}`);
  return field.fallback;
}

/** Values that tutorials and templates leave behind. */
const KNOWN_SECRETS = /change.?me|secret.?key|default|example|password|your.?secret|(.)\1{15}/i;

/** `Name <address>` or an address. */
const MAILBOX =
  /^(?:[^\p{Cc}<>"@,;]{1,100} <[^\s\p{Cc}<>,;@]+@[^\s\p{Cc}<>,;@]+>|[^\s\p{Cc}<>,;@]+@[^\s\p{Cc}<>,;@]+)$/u;

/** The database itself removes nothing younger than 28 days. */
const MIN_RETENTION_DAYS = 30;

function crossChecks(settings: Settings): string[] {
  const problems: string[] = [];
  if (settings.NODE_ENV === 'production') {
    if (!settings.SECRET_KEY)
      problems.push(
        'SECRET_KEY must be set in production, for example to the output of: openssl rand -hex 32',
      );
    if (settings.RATE_LIMIT === 'off') problems.push('RATE_LIMIT=off is refused in production');
  }
  for (const name of ['SECRET_KEY', 'ADMIN_SECRET_KEY'] as const) {
    const value = settings[name];
    if (value && settings.NODE_ENV === 'production' && KNOWN_SECRETS.test(value)) {
      problems.push(`${name} looks like a placeholder; use the output of: openssl rand -hex 32`);
    }
  }
  if (settings.AUDIT_RETENTION_DAYS > 0 && settings.AUDIT_RETENTION_DAYS < MIN_RETENTION_DAYS) {
    problems.push(`AUDIT_RETENTION_DAYS must be 0 (for ever) or at least ${MIN_RETENTION_DAYS}`);
  }
  if (settings.DATABASE_MIGRATION_URL && !settings.DATABASE_URL) {
    problems.push('DATABASE_MIGRATION_URL is of no use without DATABASE_URL');
  }
  if (settings.AI_EMBED?.startsWith('anthropic:'))
    problems.push('AI_EMBED must name an openai-compatible model: Anthropic has no embeddings');
  const smtp = settings.SMTP_URL === undefined ? undefined : readSmtpUrl(settings.SMTP_URL);
  if (smtp?.problem !== undefined) problems.push(`SMTP_URL ${smtp.problem}`);
  if (settings.MAIL_FROM && !MAILBOX.test(settings.MAIL_FROM)) {
    problems.push('MAIL_FROM must be an address, or “Name <address>”');
  }
  const used = [settings.AI_CHAT, settings.AI_FAST, settings.AI_JUDGE, settings.AI_EMBED];
  if (used.some((model) => model?.startsWith('anthropic:')) && !settings.ANTHROPIC_API_KEY) {
    problems.push('ANTHROPIC_API_KEY must be set for a model of the provider anthropic');
  }
  if (
    used.some((model) => model?.startsWith('openai:')) &&
    !settings.OPENAI_BASE_URL &&
    !settings.OPENAI_API_KEY
  ) {
    problems.push('OPENAI_BASE_URL or OPENAI_API_KEY must be set for a model of the provider openai');
  }
  return problems;
}

function toConfig(s: Settings): Config {
  const production = s.NODE_ENV === 'production';
  const dataDir = resolve(s.DATA_DIR);
  return {
    production,
    dataDir,
    http: {
      host: s.HOST,
      port: s.PORT,
      publicUrl: s.PUBLIC_URL?.replace(/\/+$/, ''),
      trustedProxies: s.TRUST_PROXY,
      corsOrigins: s.CORS_ORIGINS,
      rateLimit: s.RATE_LIMIT === 'on',
      secureCookies: s.PUBLIC_URL?.startsWith('https:') ?? (production && !isLoopback(s.HOST)),
    },
    rateQuotas: {
      address: s.RATE_LIMIT_ADDRESS,
      user: s.RATE_LIMIT_USER,
      key: s.RATE_LIMIT_KEY,
      organization: s.RATE_LIMIT_ORGANIZATION,
    },
    outbound: { allow: s.OUTBOUND_ALLOW, ports: s.OUTBOUND_PORTS },
    logging: { level: s.LOG_LEVEL },
    identity: {
      secretKey: s.SECRET_KEY,
      adminSecret: s.ADMIN_SECRET_KEY,
      accessTokenSeconds: s.ACCESS_TOKEN_MINUTES * 60,
      signingKeyDays: s.SIGNING_KEY_DAYS,
      sessionSeconds: s.SESSION_DAYS * 86_400,
      registration: s.REGISTRATION === 'open' && s.SMTP_URL ? 'verified' : s.REGISTRATION,
      organizationGraceDays: s.ORGANIZATION_GRACE_DAYS,
      organizationsPerPerson: s.ORGANIZATIONS_PER_PERSON,
    },
    mail: {
      smtpUrl: s.SMTP_URL,
      from:
        s.MAIL_FROM ??
        `Scriptorium <scriptorium@${s.PUBLIC_URL ? new URL(s.PUBLIC_URL).hostname : 'localhost'}>`,
      keepDays: s.MAIL_KEEP_DAYS,
    },
    audit: { formerSecretKeys: s.FORMER_SECRET_KEYS, retentionDays: s.AUDIT_RETENTION_DAYS },
    database: {
      url: s.DATABASE_URL,
      migrationUrl: s.DATABASE_MIGRATION_URL,
      poolSize: s.MAX_POOL_SIZE,
      poolTimeoutSeconds: s.POOL_TIMEOUT,
    },
    redisUrl: s.REDIS_URL,
    storage: { folder: s.STORAGE_URL ? fileURLToPath(s.STORAGE_URL) : join(dataDir, 'files') },
    library: {
      maxUploadBytes: s.MAX_UPLOAD_MB * 1_000_000,
      maxUploadFiles: s.MAX_UPLOAD_FILES,
      parseTimeoutSeconds: s.PARSE_TIMEOUT_SECONDS,
      parseMemoryMb: s.PARSE_MEMORY_MB,
      parseWorkers: s.PARSE_WORKERS,
      samples: s.SAMPLES,
    },
    ai: {
      models: {
        chat: s.AI_CHAT,
        fast: s.AI_FAST,
        judge: s.AI_JUDGE,
        embed: s.AI_EMBED,
        image: s.AI_IMAGE,
        rerank: s.AI_RERANK,
      },
      anthropicApiKey: s.ANTHROPIC_API_KEY,
      anthropicBaseUrl: s.ANTHROPIC_BASE_URL,
      openaiBaseUrl: s.OPENAI_BASE_URL,
      openaiApiKey: s.OPENAI_API_KEY,
      timeoutSeconds: s.AI_TIMEOUT_SECONDS,
    },
    shutdownSeconds: s.SHUTDOWN_SECONDS,
  };
}

/** Where people reach the server of these settings, without a slash at the end. */
export function addressOf({ http }: Pick<Config, 'http'>): string {
  return http.publicUrl ?? `http://${http.host.includes(':') ? `[${http.host}]` : http.host}:${http.port}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
