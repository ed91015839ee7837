-- One service's database, named by the psql variable "database"; harmless when it exists already.
SELECT format('CREATE DATABASE %I OWNER wiyata_owner TEMPLATE template0 ENCODING ''UTF8''', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO wiyata_web, wiyata_worker;
-- A rebuild folds the log into a schema of the worker's own before the tables are exchanged.
GRANT CREATE ON DATABASE :"database" TO wiyata_worker;

\connect :"database"
ALTER SCHEMA public OWNER TO wiyata_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO wiyata_web, wiyata_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE wiyata_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wiyata_web, wiyata_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE wiyata_owner IN SCHEMA public
  GRANT USAGE ON SEQUENCES TO wiyata_web, wiyata_worker;
-- A backup is made in the worker's role, which may read every row, and notes how far each sequence has counted.
ALTER DEFAULT PRIVILEGES FOR ROLE wiyata_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO wiyata_worker;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO wiyata_worker;
