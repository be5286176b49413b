"""The SQL that a database administrator runs once, before the first `downbeat migrate`."""

ROLES_SQL = """\
-- Run as an administrator of the server. Choose three passwords of your own.
CREATE ROLE downbeat_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'choose-one';
CREATE ROLE downbeat_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'choose-another';
CREATE ROLE downbeat_system LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'choose-a-third';
CREATE DATABASE downbeat OWNER downbeat_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE downbeat FROM PUBLIC;
GRANT CONNECT ON DATABASE downbeat TO downbeat_app, downbeat_system;
-- Then, connected to the database downbeat:
ALTER SCHEMA public OWNER TO downbeat_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO downbeat_app, downbeat_system;
"""
