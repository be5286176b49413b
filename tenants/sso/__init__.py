"""Single sign-on: what identity providers say, and whether to believe it.

Theory of operation. django-allauth speaks the protocols: it builds the requests, makes the PKCE
challenge and redeems the code (OpenID Connect), python3-saml reads and verifies responses (SAML).
What makes an answer believable is checked here, once more and more strictly, because both accept
things that they should not (`docs/decisions` has the list). An answer that passes becomes an
`Assertion`; one that does not becomes a `Refused` with a code that never changes.

Nothing here writes rows: `tenants.services.federated` turns an assertion into a person.
"""
