-- The three roles that Wiyata connects with. For psql; the passwords come from the environment and are set anew each time.
--   wiyata_owner   owns the databases and runs the migrations
--   wiyata_web     answers requests; row-level security holds for it
--   wiyata_worker  relay, consumer and timers, whose batches span tenants: past row-level security
\set owner_password `printenv WIYATA_OWNER_PASSWORD`
\set web_password `printenv WIYATA_WEB_PASSWORD`
\set worker_password `printenv WIYATA_WORKER_PASSWORD`

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['wiyata_owner', 'wiyata_web', 'wiyata_worker']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) \gexec

ALTER ROLE wiyata_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE wiyata_web LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'web_password';
ALTER ROLE wiyata_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD :'worker_password';
