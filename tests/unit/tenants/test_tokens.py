"""What API tokens look like."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from tenants.tokens import TokenKind, make, parse

LEAKED = re.compile(r"dwb_(pat|svc|wkr|dir|inv)_[0-9A-Za-z]{48}")


@given(st.sampled_from(TokenKind), st.randoms(use_true_random=False))
def test_a_token_is_read_back_and_found_by_scanners(kind: TokenKind, dice: random.Random) -> None:
    token = make(kind, dice.choice)

    assert parse(token.text) == token
    assert LEAKED.fullmatch(token.text)
    assert token.secret not in repr(token)


@given(st.randoms(use_true_random=False), st.integers(0, 55), st.sampled_from("abcXYZ019"))
def test_one_wrong_letter_is_noticed_without_a_database(
    dice: random.Random, place: int, letter: str
) -> None:
    text = make(TokenKind.PERSON, dice.choice).text
    wrong = text[:place] + letter + text[place + 1 :]

    assert wrong == text or parse(wrong) is None


@given(st.text())
def test_garbage_is_no_token(text: str) -> None:
    assert parse(text) is None
