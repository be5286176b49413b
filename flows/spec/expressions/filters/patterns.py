"""Filters that look for something in a text: replace, split and regular expressions."""

from __future__ import annotations

from collections.abc import Mapping

from downbeat.sdk.fields import truth
from flows.spec.expressions import arguments as take
from flows.spec.expressions import regexes
from flows.spec.expressions.filters.text import written
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.values import Value


@filter_word("replace", Parameter("replace_pairs"), Parameter("regexp", False))
def replace(frame: Frame, value: Value, replace_pairs: Value, regexp: Value) -> Value:
    """The text with each key of a map replaced by its value; `replace(old, new)` works too."""
    text = written(frame, value)
    if not isinstance(replace_pairs, Mapping):
        return _exchanged(frame, text, take.text(replace_pairs, "replace_pairs"),
                          take.text(regexp, "the new text"))  # fmt: skip
    for old, new in replace_pairs.items():
        if truth(regexp):
            text = regexes.replaced(old, text, frame.text(new), frame.meter)
        else:
            text = _exchanged(frame, text, old, frame.text(new))
    return text


def _exchanged(frame: Frame, text: str, old: str, new: str) -> str:
    count = text.count(old)
    frame.meter.text(len(text) + count * max(0, len(new) - len(old)))
    return text.replace(old, new)


@filter_word("split", Parameter("delimiter"), Parameter("limit", 0))
def split(frame: Frame, value: Value, delimiter: Value, limit: Value) -> Value:
    """The pieces of a text between the matches of a regular expression."""
    text, pattern = written(frame, value), take.text(delimiter, "delimiter")
    most = take.whole(limit, "limit")
    if not pattern:
        frame.meter.spend(len(text))
        return list(text)
    pieces: list[Value] = []
    place = 0
    for match in regexes.matches(_delimiter(pattern), text, frame.meter):
        if 0 < most <= len(pieces) + 1:
            break
        if match.end() == match.start() == 0:
            continue
        pieces.append(text[place : match.start()])
        place = match.end()
    pieces.append(text[place:])
    while most == 0 and len(pieces) > 1 and pieces[-1] == "":
        pieces.pop()
    return pieces


def _delimiter(pattern: str) -> str:
    """One character that would be half a pattern stands for itself."""
    return "\\" + pattern if pattern in "|.*+?()[]{}^$" and len(pattern) == 1 else pattern


@filter_word("regexMatch", Parameter("regex"), aliases=("matches",))
def regex_match(frame: Frame, value: Value, regex: Value) -> Value:
    """Whether a regular expression matches somewhere in the text."""
    text = written(frame, value)
    return regexes.found(take.text(regex, "regex"), text, frame.meter) is not None


@filter_word("regexReplace", Parameter("regex"), Parameter("replacement"))
def regex_replace(frame: Frame, value: Value, regex: Value, replacement: Value) -> Value:
    """The text with every match replaced; `$1` stands for a group."""
    text = written(frame, value)
    return regexes.replaced(take.text(regex, "regex"), text, frame.text(replacement), frame.meter)


@filter_word("regexExtract", Parameter("regex"), Parameter("group", 0))
def regex_extract(frame: Frame, value: Value, regex: Value, group: Value) -> Value:
    """The first match, or one of its groups; null without a match."""
    text = written(frame, value)
    match = regexes.found(take.text(regex, "regex"), text, frame.meter)
    if match is None:
        return None
    extracted: str | None = match.group(take.whole(group, "group"))
    return extracted
