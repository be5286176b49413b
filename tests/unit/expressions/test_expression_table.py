"""Every word of the expression language with an example of it; a word without one fails."""

from __future__ import annotations

from typing import Any

import pytest

from flows.spec.expressions import catalogue
from tests.unit.expressions.conftest import Evaluate, Refuse, Render

CONTEXT: dict[str, Any] = {
    "inputs": {"name": "Ada", "n": 3, "xs": [3, 1, 2], "m": {"a": 1, "b": [1, 2]}, "nil": None},
    "outputs": {"load": {"uri": "u"}, "each": {"x": {"value": "vx"}, "y": {"value": "vy"}}},
    "vars": {"t": "{{ inputs.name }}!"},
    "taskrun": {"value": "x"},
    "parents": [],
    "tasks": {"load": {"state": "FAILED"}, "save": {"state": "SUCCESS"}},
}
DAY = "'2024-03-09T07:05:06.123456Z'"

FUNCTIONS: dict[str, tuple[str, Any]] = {
    "secret": ("{{ secret('token') }}", "s3cret"),
    "kv": ("{{ kv('limit') }}", 3),
    "read": ("{{ read('a.txt') }}", "content of a.txt"),
    "fileURI": ("{{ fileURI('a.txt') }}", "downbeat:///own/_files/a.txt"),
    "fileSize": ("{{ fileSize('x') }}", 5),
    "render": ("{{ render(vars.t) }}", "Ada!"),
    "renderOnce": ("{{ renderOnce(vars.t) }}", "Ada!"),
    "currentEachOutput": ("{{ currentEachOutput(outputs.each).value }}", "vx"),
    "loopOutputs": (
        "{{ loopOutputs([{'outputs': {'a': 1}}, {'outputs': {}}, 'x'], 'a') }}",
        [1, None, None],
    ),
    "errorLogs": ("{{ errorLogs()[0].taskId }}", "load"),
    "now": ("{{ now(format='yyyy-MM-dd') }}", "2024-03-09"),
    "json": ("{{ json('[1]') }}", [1]),
    "fromJson": ("{{ fromJson('{\"a\": 1}') }}", {"a": 1}),
    "yaml": ("{{ yaml('a: [1]') }}", {"a": [1]}),
    "fromIon": ("{{ fromIon('{a: 1}') }}", {"a": 1}),
    "uuid": ("{{ uuid() | length }}", 36),
    "id": ("{{ id() | length > 0 }}", True),
    "randomInt": ("{{ randomInt(1, 3) }}", 2),
    "encrypt": ("{{ encrypt('k', 'abc') }}", "k:cba"),
    "decrypt": ("{{ decrypt('k', 'k:cba') }}", "abc"),
    "printContext": ("{{ printContext() | startsWith('{') }}", True),
    "fetchContext": ("{{ fetchContext().inputs.n }}", 3),
    "range": ("{{ range(1, 3) }}", [1, 2, 3]),
    "min": ("{{ min(3, 1, 2) }}", 1),
    "max": ("{{ max(3, 1, 2) }}", 3),
    "block": ("{% block b %}x{% endblock %}{{ block('b') }}", "xx"),
    "dayOfMonth": (f"{{{{ dayOfMonth({DAY}) }}}}", 9),
    "dayOfWeek": (f"{{{{ dayOfWeek({DAY}) }}}}", "SATURDAY"),
    "hourOfDay": (f"{{{{ hourOfDay({DAY}) }}}}", 7),
    "monthOfYear": (f"{{{{ monthOfYear({DAY}) }}}}", 3),
    "isWeekend": (f"{{{{ isWeekend({DAY}) }}}}", True),
    "fileExists": ("{{ fileExists('missing') }}", False),
    "isFileEmpty": ("{{ isFileEmpty('empty') }}", True),
    "tasksWithState": ("{{ tasksWithState('FAILED') | length }}", 1),
}
FILTERS: dict[str, tuple[str, Any]] = {
    "chunk": ("{{ inputs.xs | chunk(2) }}", [[3, 1], [2]]),
    "className": ("{{ 'a' | className }}", "java.lang.String"),
    "date": (f"{{{{ {DAY} | date('yyyy/MM/dd') }}}}", "2024/03/09"),
    "dateAdd": (f"{{{{ {DAY} | dateAdd(-1, 'DAYS') | date('yyyy-MM-dd') }}}}", "2024-03-08"),
    "timestamp": (f"{{{{ {DAY} | timestamp }}}}", 1709967906),
    "timestampMicro": (f"{{{{ {DAY} | timestampMicro }}}}", 1709967906123456),
    "timestampNano": (f"{{{{ {DAY} | timestampNano }}}}", 1709967906123456000),
    "jq": ("{{ inputs.m | jq('.b[]') }}", [1, 2]),
    "escapeChar": ("{{ \"it's\" | escapeChar('single') }}", "it\\'s"),
    "json": ("{{ inputs.m | json }}", '{"a":1,"b":[1,2]}'),
    "toJson": ("{{ inputs.xs | toJson }}", "[3,1,2]"),
    "keys": ("{{ inputs.m | keys }}", ["a", "b"]),
    "values": ("{{ {'a': 1} | values }}", [1]),
    "number": ("{{ '12' | number('INT') }}", 12),
    "urldecode": ("{{ 'a%20b' | urldecode }}", "a b"),
    "slugify": ("{{ 'Ünder Ground!' | slugify }}", "under-ground"),
    "substringBefore": ("{{ 'a.b.c' | substringBefore('.') }}", "a"),
    "substringBeforeLast": ("{{ 'a.b.c' | substringBeforeLast('.') }}", "a.b"),
    "substringAfter": ("{{ 'a.b.c' | substringAfter('.') }}", "b.c"),
    "substringAfterLast": ("{{ 'a.b.c' | substringAfterLast('.') }}", "c"),
    "flatten": ("{{ [[1], [2, 3]] | flatten }}", [1, 2, 3]),
    "indent": ("{{ 'a\nb' | indent(2) }}", "a\n  b"),
    "nindent": ("{{ 'a\nb' | nindent(2) }}", "\n  a\n  b"),
    "yaml": ("{{ {'a': 1} | yaml }}", "a: 1\n"),
    "startsWith": ("{{ 'abc' | startsWith('ab') }}", True),
    "endsWith": ("{{ 'abc' | endsWith('bc') }}", True),
    "toIon": ("{{ [1] | toIon }}", "[1]"),
    "sha1": ("{{ 'a' | sha1 }}", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    "sha256": ("{{ 'a' | sha256 | slice(0, 8) }}", "ca978112"),
    "sha512": ("{{ 'a' | sha512 | slice(0, 8) }}", "1f40fc92"),
    "md5": ("{{ 'a' | md5 }}", "0cc175b9c0f1b6a831c399e269772661"),
    "numberFormat": ("{{ 1234.5 | numberFormat('#,##0.00') }}", "1,234.50"),
    "replace": ("{{ 'abc' | replace({'a': 'x'}) }}", "xbc"),
    "abbreviate": ("{{ 'abcdefgh' | abbreviate(6) }}", "abc..."),
    "abs": ("{{ -3 | abs }}", 3),
    "capitalize": ("{{ 'ada' | capitalize }}", "Ada"),
    "default": ("{{ inputs.nothing | default('d') }}", "d"),
    "first": ("{{ inputs.xs | first }}", 3),
    "join": ("{{ inputs.xs | join('-') }}", "3-1-2"),
    "last": ("{{ inputs.xs | last }}", 2),
    "length": ("{{ inputs.xs | length }}", 3),
    "lower": ("{{ 'ABC' | lower }}", "abc"),
    "merge": ("{{ [1] | merge([2]) }}", [1, 2]),
    "rsort": ("{{ inputs.xs | rsort }}", [3, 2, 1]),
    "slice": ("{{ 'abcd' | slice(1, 3) }}", "bc"),
    "sort": ("{{ inputs.xs | sort }}", [1, 2, 3]),
    "split": ("{{ 'a,b' | split(',') }}", ["a", "b"]),
    "title": ("{{ 'ada love' | title }}", "Ada Love"),
    "trim": ("{{ ' a ' | trim }}", "a"),
    "upper": ("{{ 'abc' | upper }}", "ABC"),
    "urlencode": ("{{ 'a b' | urlencode }}", "a+b"),
    "base64encode": ("{{ 'a' | base64encode }}", "YQ=="),
    "base64decode": ("{{ 'YQ==' | base64decode }}", "a"),
    "reverse": ("{{ inputs.xs | reverse }}", [2, 1, 3]),
    "condenseString": ("{{ 'a   b' | condenseString }}", "a b"),
    "distinct": ("{{ [1, 2, 1] | distinct }}", [1, 2]),
    "escape": ("{{ '<a>' | escape }}", "&lt;a&gt;"),
    "float": ("{{ '1.5' | float }}", 1.5),
    "int": ("{{ '3' | int }}", 3),
    "items": ("{{ {'a': 1} | items }}", [{"key": "a", "value": 1}]),
    "list": ("{{ 'ab' | list }}", ["a", "b"]),
    "max": ("{{ inputs.xs | max }}", 3),
    "min": ("{{ inputs.xs | min }}", 1),
    "nl2br": ("{{ 'a\nb' | nl2br }}", "a<br />b"),
    "raw": ("{{ '<' | raw }}", "<"),
    "regexExtract": ("{{ 'a12b' | regexExtract('([0-9])([0-9])', 2) }}", "2"),
    "regexMatch": ("{{ 'a12b' | regexMatch('[0-9]') }}", True),
    "regexReplace": ("{{ 'a12b' | regexReplace('([0-9])', '<$1>') }}", "a<1><2>b"),
    "round": ("{{ 2.456 | round(1) }}", 2.5),
    "sh": ("{{ 'a b' | sh }}", "'a b'"),
    "string": ("{{ 3 | string }}", "3"),
    "sum": ("{{ inputs.xs | sum }}", 6),
    "timestampMilli": (f"{{{{ {DAY} | timestampMilli }}}}", 1709967906123),
}
TESTS: dict[str, tuple[str, Any]] = {
    "defined": ("{{ inputs.nothing is defined }}", False),
    "null": ("{{ inputs.nil is null }}", True),
    "empty": ("{{ '' is empty }}", True),
    "even": ("{{ 2 is even }}", True),
    "odd": ("{{ 2 is odd }}", False),
    "iterable": ("{{ inputs.xs is iterable }}", True),
    "map": ("{{ inputs.m is map }}", True),
    "json": ("{{ '[1]' is json }}", True),
    "boolean": ("{{ true is boolean }}", True),
    "false": ("{{ false is false }}", True),
    "list": ("{{ inputs.xs is list }}", True),
    "number": ("{{ 1 is number }}", True),
    "string": ("{{ 1 is string }}", False),
    "true": ("{{ 1 is true }}", False),
}
OPERATORS: dict[str, tuple[str, Any]] = {
    "+": ("{{ 1 + 2 }}", 3),
    "-": ("{{ 1 - 2 }}", -1),
    "*": ("{{ 2 * 3 }}", 6),
    "/": ("{{ 6 / 4 }} {{ 6.0 / 4 }}", "1 1.5"),
    "%": ("{{ 7 % 4 }}", 3),
    "~": ("{{ 1 ~ 'a' }}", "1a"),
    "==": ("{{ 'a' == 'a' }}", True),
    "equals": ("{{ 'a' equals 'b' }}", False),
    "!=": ("{{ 1 != 2 }}", True),
    "<": ("{{ 1 < 2 }}", True),
    ">": ("{{ 1 > 2 }}", False),
    "<=": ("{{ 2 <= 2 }}", True),
    ">=": ("{{ 1 >= 2 }}", False),
    "and": ("{{ true and false }}", False),
    "or": ("{{ true or false }}", True),
    "not": ("{{ not true }}", False),
    "in": ("{{ 1 in [1, 2] }}", True),
    "is": ("{{ 1 is null }}", False),
    "is not": ("{{ 1 is not null }}", True),
    "?:": ("{{ true ? 'a' : 'b' }}", "a"),
    "if else": ("{{ 'a' if false else 'b' }}", "b"),
    "??": ("{{ inputs.nil ?? 'd' }}", "d"),
    "???": ("{{ inputs.nothing ??? 'd' }}", "d"),
    "???, null": ("{{ (inputs.nil ??? 'd') is null }}", True),
}
TAGS: dict[str, tuple[str, str]] = {
    "if": ("{% if inputs.n == 3 %}a{% elseif true %}b{% else %}c{% endif %}", "a"),
    "for": ("{% for x in inputs.xs %}{{ loop.index }}{{ x }} {% else %}-{% endfor %}", "03 11 22 "),
    "set": ("{% set a = 1 %}{{ a }}", "1"),
    "block": ("{% block a %}x{% endblock %}", "x"),
    "macro": ("{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "12"),
    "raw": ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    "comments": ("a{# nothing #}b", "ab"),
}
VALUES = {
    f"{sort} {name}": row
    for sort, table in (
        ("function", FUNCTIONS),
        ("filter", FILTERS),
        ("test", TESTS),
        ("operator", OPERATORS),
    )
    for name, row in table.items()
}
REFUSED: list[tuple[str, int, int, str]] = [
    ("{{ inputs.nme }}", 1, 11, "name"),
    ("{{ inpts.name }}", 1, 4, "inputs"),
    ("x\n  {{ 'a' | uper }}", 2, 12, "upper"),
    ("{{ rendr(1) }}", 1, 4, "render"),
    ("{{ 1 is evn }}", 1, 9, "even"),
    ("{% fr x in y %}{% endfr %}", 1, 4, "for"),
    ("{{ 'a' | date(fromat='x') }}", 1, 10, "format"),
    ("{{ 1 + }}", 1, 8, "Expected"),
    ("{{ 'a' - 1 }}", 1, 8, "-"),
    ("{% import 'x' %}", 1, 4, "import"),
]


@pytest.mark.parametrize("row", VALUES)
def test_a_word_does_what_its_example_says(evaluate: Evaluate, row: str) -> None:
    source, wanted = VALUES[row]

    assert evaluate(source, **CONTEXT) == wanted


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_renders_what_its_example_says(render: Render, tag: str) -> None:
    source, wanted = TAGS[tag]

    assert render(source, **CONTEXT) == wanted


@pytest.mark.parametrize(
    ("sort", "table"), [("functions", FUNCTIONS), ("filters", FILTERS), ("tests", TESTS)]
)
def test_every_word_has_an_example(sort: str, table: dict[str, object]) -> None:
    entries = getattr(catalogue(), sort)

    assert table.keys() <= {entry.name for entry in entries}
    assert {entry.name for entry in entries if entry.alias_of is None} - table.keys() <= {"i18n"}


@pytest.mark.parametrize(("source", "line", "column", "hint"), REFUSED)
def test_an_error_says_where_it_is_and_what_comes_nearest(
    refusal: Refuse, source: str, line: int, column: int, hint: str
) -> None:
    error = refusal(source, **CONTEXT)

    assert (error.line, error.column) == (line, column), error
    assert hint in str(error)


def test_an_unknown_name_far_from_all_others_lists_those_that_there_are(refusal: Refuse) -> None:
    error = str(refusal("{{ qqqqqq }}", **CONTEXT))

    assert all(name in error for name in CONTEXT)
