"""A PostgreSQL cluster with Wiyata's roles and databases, without Docker; the SQL serves the container as well."""
