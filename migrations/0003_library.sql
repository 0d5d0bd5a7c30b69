-- Sources: what people put in, every version of it, its canonical text, and its chunks.
create table library_collections (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  name text not null check (char_length(name) between 1 and 200),
  description text not null default '',
  language text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organization_id, id),
  constraint library_collections_name unique (organization_id, name)
);
create index library_collections_newest on library_collections (organization_id, created_at desc, id desc);

create table library_sources (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  collection_id uuid,
  title text not null,
  file_name text,
  media_type text not null,
  -- What the uploader said; wins over detection.
  declared_language text,
  language text,
  authors text[] not null default '{}',
  size bigint not null,
  sha256 text not null,
  stage text not null default 'received'
    check (stage in ('received', 'parsed', 'segmented', 'embedded', 'indexed', 'ready', 'failed', 'cancelled')),
  failure_code text,
  failure_message text,
  -- The newest version that can be read and found; 0 until the first is ready.
  version integer not null default 0,
  -- The version that the pipeline is working on.
  pending_version integer not null default 1,
  -- Rises with every (re)start of the pipeline, so that a job of an older start knows to stop.
  run integer not null default 1,
  task_id uuid,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organization_id, id),
  foreign key (organization_id, collection_id) references library_collections (organization_id, id)
);
create index library_sources_newest on library_sources (organization_id, created_at desc, id desc);
create index library_sources_by_collection on library_sources (organization_id, collection_id, created_at desc, id desc);
create index library_sources_by_stage on library_sources (organization_id, stage, created_at desc, id desc);
create index library_sources_by_task on library_sources (organization_id, task_id, created_at desc, id desc);
create index library_sources_changed on library_sources (organization_id, updated_at, id);
-- The same bytes in the same collection are one source.
create unique index library_sources_bytes on library_sources (organization_id, coalesce(collection_id, '00000000-0000-0000-0000-000000000000'), sha256);

create table library_versions (
  organization_id uuid not null,
  source_id uuid not null,
  version integer not null,
  storage_key text not null,
  media_type text not null,
  file_name text,
  size bigint not null,
  sha256 text not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, source_id, version),
  foreign key (organization_id, source_id) references library_sources (organization_id, id) on delete cascade
);
create index library_versions_by_key on library_versions (storage_key);

-- Apart from the version row, so that listing versions never touches a book's text.
create table library_contents (
  organization_id uuid not null,
  source_id uuid not null,
  version integer not null,
  content text not null,
  structure jsonb not null,
  title text,
  language text,
  authors text[] not null default '{}',
  primary key (organization_id, source_id, version),
  foreign key (organization_id, source_id, version) references library_versions (organization_id, source_id, version) on delete cascade
);

-- Ranges only: a chunk's text is content.slice(start_at, end_at).
create table library_chunks (
  organization_id uuid not null,
  source_id uuid not null,
  version integer not null,
  ordinal integer not null,
  start_at integer not null,
  end_at integer not null,
  page integer,
  headings text[] not null default '{}',
  tokens integer not null,
  primary key (organization_id, source_id, version, ordinal),
  foreign key (organization_id, source_id, version) references library_versions (organization_id, source_id, version) on delete cascade
);

do $$
declare name text;
begin
  foreach name in array array['library_collections', 'library_sources', 'library_versions', 'library_contents', 'library_chunks'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (organization_id = app_organization()) with check (organization_id = app_organization())', name);
    execute format('grant select, insert, update, delete on %I to scriptorium_app', name);
  end loop;
end
$$;
