-- People and organizations are found by how a name begins, by how its last word begins, or by how an address begins.
--
-- Row-level security hands rows to an index condition only where the operator is leakproof: `ilike` and its trigrams are
-- not, so below a policy they read every row. `^@` (starts with) is, but `lower()` is not: the lower-cased name is therefore
-- a column, in the collation "C", in which "starts with" is a range of a B-tree.

alter table users
  add column name_key text collate "C" generated always as (lower(normalize(name, NFKC))) stored,
  add column last_word_key text collate "C"
    generated always as (lower(normalize(substring(name from '\S+\s*$'), NFKC))) stored;
create index users_by_name on users (name_key);
create index users_by_last_word on users (last_word_key);
create index users_by_address on users (email_key collate "C");

alter table organizations
  add column name_key text collate "C" generated always as (lower(normalize(name, NFKC))) stored,
  add column last_word_key text collate "C"
    generated always as (lower(normalize(substring(name from '\S+\s*$'), NFKC))) stored;
create index organizations_by_name on organizations (name_key);
create index organizations_by_last_word on organizations (last_word_key);
