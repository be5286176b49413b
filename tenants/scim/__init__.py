"""SCIM 2.0 as a language: schemas, filters, paths and patches (RFC 7643, RFC 7644). Pure."""
