"""The catalogue lists every word with its signature and one line of documentation."""

from __future__ import annotations

import pytest

from flows.spec.expressions import catalogue

FILTERS = [
    "abbreviate",
    "abs",
    "base64decode",
    "base64encode",
    "capitalize",
    "chunk",
    "className",
    "date",
    "dateAdd",
    "default",
    "endsWith",
    "escapeChar",
    "first",
    "flatten",
    "indent",
    "join",
    "jq",
    "json",
    "keys",
    "last",
    "length",
    "lower",
    "md5",
    "merge",
    "nindent",
    "number",
    "numberFormat",
    "replace",
    "reverse",
    "rsort",
    "sha1",
    "sha256",
    "sha512",
    "slice",
    "slugify",
    "sort",
    "split",
    "startsWith",
    "substringAfter",
    "substringAfterLast",
    "substringBefore",
    "substringBeforeLast",
    "timestamp",
    "timestampMicro",
    "timestampNano",
    "title",
    "toIon",
    "toJson",
    "tojson",
    "trim",
    "upper",
    "urldecode",
    "urlencode",
    "values",
    "yaml",
]
FUNCTIONS = [
    "block",
    "currentEachOutput",
    "decrypt",
    "encrypt",
    "errorLogs",
    "fetchContext",
    "fileSize",
    "fileURI",
    "fromIon",
    "fromJson",
    "i18n",
    "id",
    "json",
    "kv",
    "max",
    "min",
    "now",
    "printContext",
    "randomInt",
    "range",
    "read",
    "render",
    "renderOnce",
    "secret",
    "uuid",
    "yaml",
]
TESTS = ["defined", "empty", "even", "iterable", "json", "map", "null", "odd"]
TAGS = ["block", "for", "if", "import", "macro", "raw", "set"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [("filters", FILTERS), ("functions", FUNCTIONS), ("tests", TESTS), ("tags", TAGS)],
)
def test_every_word_of_the_language_is_there(sort: str, names: list[str]) -> None:
    known = {entry.name for entry in getattr(catalogue(), sort)}

    assert not set(names) - known


def test_every_word_is_documented_in_one_line() -> None:
    words = catalogue()

    for entry in (*words.filters, *words.functions, *words.tests, *words.tags):
        assert entry.doc.endswith("."), entry.name
        assert entry.name in entry.signature


def test_signatures_show_arguments_and_defaults() -> None:
    signatures = {entry.name: entry.signature for entry in catalogue().functions}
    aliases = {entry.name: entry.alias_of for entry in catalogue().filters}

    assert signatures["kv"] == "kv(key, namespace=null, errorOnMissing=false)"
    assert signatures["max"] == "max(values…)"
    assert signatures["uuid"] == "uuid()"
    assert (aliases["tojson"], aliases["toJson"]) == ("toJson", None)
