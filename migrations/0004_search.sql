-- Search: what can be found, its words, its vectors, and the log by which every process keeps its index in memory current.

-- One row for each organization. Its lock orders the changes of one organization, so sequences appear in order.
create table search_state (
  organization_id uuid primary key references organizations (id) on delete cascade,
  -- Rises by one with every change of what can be found.
  sequence bigint not null default 0,
  -- Terms in the vocabulary; the next one gets this number plus one.
  terms integer not null default 0,
  -- Passages that can be found now.
  passages integer not null default 0,
  -- The last number given to an embedder.
  embedders integer not null default 0
);

-- The vocabulary: passages name their terms by number.
create table search_terms (
  organization_id uuid not null references organizations (id) on delete cascade,
  number integer not null,
  term text not null,
  primary key (organization_id, number),
  unique (organization_id, term)
);

-- One row for each indexed version; only an active one is found.
create table search_documents (
  organization_id uuid not null references organizations (id) on delete cascade,
  key bigint generated always as identity,
  type text not null,
  id uuid not null,
  version integer not null,
  title text not null,
  -- BCP 47 as told, and the base subtag whose rules made the terms.
  language text,
  analysed_as text not null,
  collection_id uuid,
  audience text[] not null,
  -- The title's terms, coded as in search_passages.
  title_terms bytea not null,
  passages integer not null,
  active boolean not null default false,
  primary key (organization_id, key),
  unique (organization_id, type, id, version)
);
create index search_documents_active on search_documents (organization_id, key) where active;

create table search_passages (
  organization_id uuid not null,
  document_key bigint not null,
  ordinal integer not null,
  content text not null,
  -- UTF-16 code units in the content of that version.
  start_at integer not null,
  end_at integer not null,
  page integer,
  headings jsonb not null,
  -- Variable-length integers, in rising order of term: step to the next number, then twice the frequency plus one for a stop word.
  terms bytea not null,
  primary key (organization_id, document_key, ordinal),
  foreign key (organization_id, document_key) references search_documents (organization_id, key) on delete cascade
);
alter table search_passages alter column terms set storage external;

-- What became of which document, newest last; processes read on from where they are. Old entries are dropped.
create table search_changes (
  organization_id uuid not null references organizations (id) on delete cascade,
  sequence bigint not null,
  type text not null,
  id uuid not null,
  primary key (organization_id, sequence)
);

create table search_embedders (
  organization_id uuid not null references organizations (id) on delete cascade,
  number integer not null,
  -- `hashed-ngrams:1`, `latent-semantic:3`, `openai:text-embedding-3-small`.
  name text not null,
  kind text not null check (kind in ('hashed', 'latent', 'external')),
  -- As stored: padded with zeros to the next registered size, which changes no cosine.
  dimensions integer not null,
  state text not null check (state in ('building', 'active', 'retired')),
  -- How many passages there were when it was trained.
  trained_passages integer not null default 0,
  -- How much its cosine counts beside BM25 in hybrid search.
  weight real not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, number)
);
create unique index search_embedders_active on search_embedders (organization_id) where state = 'active';

-- A trained model in pieces of at most a megabyte.
create table search_models (
  organization_id uuid not null,
  embedder integer not null,
  part integer not null,
  data bytea not null,
  primary key (organization_id, embedder, part),
  foreign key (organization_id, embedder) references search_embedders (organization_id, number) on delete cascade
);
alter table search_models alter column data set storage external;

create table search_vectors (
  organization_id uuid not null,
  document_key bigint not null,
  ordinal integer not null,
  embedder integer not null,
  dimensions integer not null,
  embedding halfvec not null,
  primary key (organization_id, document_key, ordinal, embedder),
  foreign key (organization_id, document_key, ordinal)
    references search_passages (organization_id, document_key, ordinal) on delete cascade
);
-- An HNSW index for each registered size. Not on the embedded database: one insert costs 20 ms there, and the process that
-- owns it compares all vectors exactly in memory instead.
do $$
declare size integer;
begin
  if version() like '%emscripten%' then
    return;
  end if;
  foreach size in array array[256, 384, 512, 768, 1024, 1536, 3072] loop
    execute format(
      'create index search_vectors_%s on search_vectors using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops) where dimensions = %s',
      size, size, size);
  end loop;
end
$$;

do $$
declare name text;
begin
  foreach name in array array['search_state', 'search_terms', 'search_documents', 'search_passages', 'search_changes',
    'search_embedders', 'search_models', 'search_vectors'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (organization_id = app_organization()) with check (organization_id = app_organization())', name);
    execute format('grant select, insert, update, delete on %I to scriptorium_app', name);
  end loop;
end
$$;
