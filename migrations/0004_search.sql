-- The search index: passages, term vectors, embeddings. (Being written.)
select 1;
