"""Why a sign-in was refused: a code for programs and tests, a sentence for whoever operates it."""

from __future__ import annotations


class Refused(Exception):
    """What an identity provider or a browser sent is not believed.

    `code` never changes and is shown to the person; `detail` goes to the audit trail and to the
    administrator's test log-in, and holds no secret and no token.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
