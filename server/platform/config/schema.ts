import { parseAllowed, parsePort } from '../outbound/index.ts';
import { flag, integer, list, model, oneOf, optionalText, optionalUrl, originList, text } from './fields.ts';

/** Every setting there is, in the order of `.env.example`, which is generated from this table. */
export const SETTINGS = {
  NODE_ENV: oneOf(['development', 'production', 'test'], 'development', {
    doc: 'production refuses to start without a real SECRET_KEY and marks cookies Secure.',
  }),
  HOST: text('127.0.0.1', { doc: 'Address to listen on.' }),
  PORT: integer(3000, { min: 0, max: 65_535, doc: 'Port to listen on; 0 takes a free one.' }),
  PUBLIC_URL: optionalUrl(['http:', 'https:'], {
    doc: 'Where people reach the server; default http://HOST:PORT.',
  }),
  DATA_DIR: text('./data', {
    doc: 'Folder of the embedded database, the stored files and the generated secret.',
  }),
  TRUST_PROXY: integer(0, {
    min: 0,
    max: 10,
    doc: 'How many reverse proxies stand before the server: that many X-Forwarded-For entries are believed.',
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info', {
    doc: 'Least severe log level that is written.',
  }),
  CORS_ORIGINS: originList({
    doc: 'Origins of other sites that may call the API from a browser, a JSON list.',
  }),
  RATE_LIMIT: oneOf(['on', 'off'], 'on', { doc: 'off is for load tests only and refused in production.' }),
  RATE_LIMIT_ADDRESS: integer(12_000, {
    min: 100,
    max: 1_000_000_000,
    doc: 'Requests a minute from one network address (IPv6: one /64). Costly requests count for more: a search 5, an upload or export 20, a question 100.',
  }),
  RATE_LIMIT_USER: integer(6_000, { min: 100, max: 1_000_000_000, doc: 'The same for one person.' }),
  RATE_LIMIT_KEY: integer(6_000, { min: 100, max: 1_000_000_000, doc: 'The same for one API key.' }),
  RATE_LIMIT_ORGANIZATION: integer(60_000, {
    min: 100,
    max: 1_000_000_000,
    doc: 'The same for all people and keys of one organization.',
  }),

  OUTBOUND_ALLOW: list(parseAllowed, {
    items: 'hosts, addresses or networks (10.0.0.0/8), each with :port or without,',
    doc: 'Places that people may name in webhooks and sign-in settings though they are private or without TLS: host, host:port, address or network, between commas. Nothing but public https when unset.',
  }),
  OUTBOUND_PORTS: list(parsePort, {
    items: 'ports',
    doc: 'Ports that may be called at addresses given by people, beside 443; between commas.',
  }),

  SECRET_KEY: optionalText({
    doc: 'The root of all keys; at least 32 characters. Generated into DATA_DIR outside production when unset.',
    secret: true,
    minLength: 32,
  }),
  FORMER_SECRET_KEYS: list((item) => (item.length < 32 ? undefined : item), {
    doc: 'What SECRET_KEY was before, newest first, between commas: audit events from then stay verifiable.',
    secret: true,
    items: 'secrets of at least 32 characters',
  }),
  ADMIN_SECRET_KEY: optionalText({
    doc: 'The X-Admin-Secret of instance operators; off when unset.',
    secret: true,
    minLength: 32,
  }),
  ACCESS_TOKEN_MINUTES: integer(15, { min: 1, max: 1440, doc: 'Life of an access token.' }),
  SIGNING_KEY_DAYS: integer(90, {
    min: 0,
    max: 3650,
    doc: 'Age at which the key that signs access tokens gets a successor; 0: only by `scriptorium keys rotate`.',
  }),
  SESSION_DAYS: integer(30, {
    min: 1,
    max: 365,
    doc: 'Life of a sign-in that is used again before it ends.',
  }),
  ORGANIZATION_GRACE_DAYS: integer(30, {
    min: 1,
    max: 365,
    doc: 'Days in which a closed organization can be restored; then it is deleted for good.',
  }),
  ORGANIZATIONS_PER_PERSON: integer(20, {
    min: 0,
    max: 10_000,
    doc: 'How many organizations a person may make and be the admin of; 0, and with REGISTRATION=closed: only operators make them.',
  }),
  REGISTRATION: oneOf(['open', 'verified', 'closed'], 'open', {
    doc: 'open: people make accounts; with SMTP_URL they confirm their address by mail first, and nobody learns who has an account; without it they are signed in at once. verified: by mail in any case, which operators pass on without SMTP_URL. closed: by invitation only.',
  }),
  SMTP_URL: optionalUrl(['smtp:', 'smtps:'], {
    doc: 'Mail server, smtps://user:password@host:465 or smtp://…:587 (STARTTLS; ?tls=none in a trusted network); mail is held for operators when unset.',
    secret: true,
  }),
  MAIL_FROM: optionalText({
    doc: 'Sender, “Name <address>” or an address; default scriptorium@ the host of PUBLIC_URL.',
  }),
  MAIL_KEEP_DAYS: integer(7, {
    min: 1,
    max: 365,
    doc: 'Days that the texts of mail are kept; they hold links that let people in.',
  }),
  SAMPLES: flag(true, { doc: 'Load the sample library on the first start of an empty embedded database.' }),

  AUDIT_RETENTION_DAYS: integer(0, {
    min: 0,
    max: 36_500,
    doc: 'Days that audit events are kept, at least 30; 0 keeps them for ever.',
  }),

  DATABASE_URL: optionalUrl(['postgres:', 'postgresql:'], {
    doc: 'PostgreSQL 16 or newer with pgvector; the embedded database when unset.',
    secret: true,
  }),
  DATABASE_MIGRATION_URL: optionalUrl(['postgres:', 'postgresql:'], {
    doc: 'The owner of the tables, for migrations; DATABASE_URL when unset.',
    secret: true,
  }),
  MAX_POOL_SIZE: integer(20, { min: 2, max: 500, doc: 'Most connections to PostgreSQL for each process.' }),
  POOL_TIMEOUT: integer(10, {
    min: 1,
    max: 300,
    doc: 'Seconds to wait for a free connection before answering 503.',
  }),
  REDIS_URL: optionalUrl(['redis:', 'rediss:'], {
    doc: 'Shared cache and rate limits; in process when unset.',
    secret: true,
  }),
  STORAGE_URL: optionalUrl(['file:'], {
    doc: 'Where files are kept: file:///path; DATA_DIR/files when unset.',
  }),
  QDRANT_URL: optionalUrl(['http:', 'https:'], { doc: 'Reserved for a vector store beside pgvector.' }),

  MAX_UPLOAD_MB: integer(100, { min: 1, max: 10_000, doc: 'Largest file in megabytes (10^6 bytes).' }),
  MAX_UPLOAD_FILES: integer(2000, { min: 1, max: 100_000, doc: 'Most files in one upload.' }),
  PARSE_TIMEOUT_SECONDS: integer(25, { min: 1, max: 600, doc: 'Longest time for reading one file.' }),
  PARSE_MEMORY_MB: integer(512, { min: 128, max: 16_384, doc: 'Most memory of a process that reads files.' }),
  PARSE_WORKERS: integer(2, { min: 1, max: 32, doc: 'Files read at the same time by one process.' }),
  SHUTDOWN_SECONDS: integer(25, {
    min: 1,
    max: 600,
    doc: 'Time for running work to finish after SIGTERM; the rest is requeued.',
  }),

  AI_CHAT: model({
    doc: 'provider:model that answers questions; the built-in extractive answerer when unset.',
  }),
  AI_FAST: model({ doc: 'provider:model for small jobs.' }),
  AI_JUDGE: model({ doc: 'provider:model that judges.' }),
  AI_EMBED: model({
    doc: 'provider:model for embeddings (openai only); learned from the library itself when unset.',
  }),
  AI_IMAGE: model({ doc: 'provider:model for pictures.' }),
  AI_RERANK: model({ doc: 'provider:model for reranking.' }),
  ANTHROPIC_API_KEY: optionalText({ doc: 'Key for the provider anthropic.', secret: true }),
  ANTHROPIC_BASE_URL: optionalUrl(['http:', 'https:'], { doc: 'Another address of the Anthropic API.' }),
  OPENAI_BASE_URL: optionalUrl(['http:', 'https:'], {
    doc: 'Any OpenAI-compatible server, for example http://127.0.0.1:11434/v1.',
  }),
  OPENAI_API_KEY: optionalText({
    doc: 'Key for the provider openai, where the server wants one.',
    secret: true,
  }),
  AI_TIMEOUT_SECONDS: integer(60, {
    min: 1,
    max: 600,
    doc: 'Longest silence of a model before the call is given up.',
  }),
} as const;
