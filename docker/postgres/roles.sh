#!/bin/sh
# Makes Downbeat's roles and database when the server's data folder is new.
# The same statements, for a server of your own: `downbeat migrate --roles-sql`.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set owner="$DOWNBEAT_OWNER_PASSWORD" \
    --set app="$DOWNBEAT_APP_PASSWORD" \
    --set system="$DOWNBEAT_SYSTEM_PASSWORD" <<'SQL'
CREATE ROLE downbeat_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE downbeat_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE downbeat_system LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'system';
CREATE DATABASE downbeat OWNER downbeat_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE downbeat FROM PUBLIC;
GRANT CONNECT ON DATABASE downbeat TO downbeat_app, downbeat_system;
\connect downbeat
ALTER SCHEMA public OWNER TO downbeat_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO downbeat_app, downbeat_system;
SQL
