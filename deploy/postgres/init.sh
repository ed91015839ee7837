#!/usr/bin/env bash
# Gives a new postgres container Wiyata's roles, and one database for each service named in WIYATA_SERVICES.
# The image runs it once, from /docker-entrypoint-initdb.d; the SQL beside it is mounted at $WIYATA_SQL.
set -euo pipefail

for setting in WIYATA_SERVICES WIYATA_OWNER_PASSWORD WIYATA_WEB_PASSWORD WIYATA_WORKER_PASSWORD; do
  if [ -z "${!setting:-}" ]; then
    echo "$setting is not set; the database cannot be prepared without it." >&2
    exit 1
  fi
done

sql=${WIYATA_SQL:-/opt/wiyata/postgres}
steps=(-f "$sql/roles.sql")
for service in $WIYATA_SERVICES; do
  steps+=(-c "\\set database wiyata_$service" -f "$sql/database.sql")
done
psql -X -q -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres "${steps[@]}"
