-- What an organization used is deleted with it in bounded batches, as its other rows, and not by one cascade of any size.
-- Of an organization that is not closed the app still takes nothing away, and it changes no row of any.
create policy erasure on ai_usage as restrictive for delete
  using (exists (select from organizations o where o.id = ai_usage.organization_id and o.closed_at is not null));
grant delete on ai_usage to scriptorium_app;
