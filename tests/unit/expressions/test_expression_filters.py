"""Filters over texts, lists, numbers and data."""

from __future__ import annotations

import pytest

from tests.unit.expressions.conftest import Evaluate, Refuse, Render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 'Hello World' | startsWith('Hello') }}", "true"),
        ("{{ 'Hello World' | endsWith('Moon') }}", "false"),
        ("{{ 'john doe is john doe' | replace({'john': 'jane'}) }}", "jane doe is jane doe"),
        (r"{{ 'aa1bb2cc3dd4ee5' | replace({'(\d)': '-$1-'}, regexp=true) }}",
         "aa-1-bb-2-cc-3-dd-4-ee-5-"),
        ("{{ 'a-b-c' | replace('-', '+') }}", "a+b+c"),
        ("{{ 'x1' | replace({'(?<digit>[0-9])': '<${digit}>'}, regexp=true) }}", "x<1>"),
        ("{{ 'Test test*' | slugify }}", "test-test"),
        ("{{ 'Été à Paris' | slugify }}", "ete-a-paris"),
        ("{{ 'a.b.c' | substringBefore('.') }}", "a"),
        ("{{ 'a.b.c' | substringAfter(separator='.') }}", "b.c"),
        ("{{ 'a.b.c' | substringBeforeLast('.') }}", "a.b"),
        ("{{ 'a.b.c' | substringAfterLast('.') }}", "c"),
        ("{{ 'abc' | substringBefore('.') }}|{{ 'abc' | substringAfter('.') }}|", "abc||"),
        ("{{ 'Kestra rulez !' | urlencode }}", "Kestra+rulez+%21"),
        ("{{ 'a b/~*' | urlencode | urldecode }}", "a b/~*"),
        ("{{ 'string' | nindent(2) }}", "\n  string"),
        ("{{ 'string' | indent(2) }}", "string"),
        ("{{ 'a\nb' | indent(2) }}", "a\n  b"),
        ("{{ 'a\nb' | nindent(1, prefix='\t') }}", "\n\ta\n\tb"),
        ("{{ 'abc' | upper }}{{ 'ABC' | lower }}", "ABCabc"),
        ("{{ 'the quick fOX' | title }} {{ 'the end' | capitalize }}", "The Quick FOX The end"),
        ("{{ '  x ' | trim }}", "x"),
        ("{{ \"L'eau c'est\" | escapeChar('single') }}", r"L\'eau c\'est"),
        ("{{ 'say \"hi\"' | escapeChar('double') }}", r"say \"hi\""),
        ("{{ \"L'eau\" | escapeChar('shell') }}", r"L'\''eau"),
        ("{{ {'a': [\"it's\"]} | escapeChar('single') }}", r'''{"a":["it\\'s"]}'''),
        ("{{ \"it's\" | sh }}", """'it'"'"'s'"""),
        ("{{ 'hello' | md5 }}", "5d41402abc4b2a76b9719d911017c592"),
        ("{{ 'hello' | sha1 }}", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
        ("{{ 'hello' | sha256 | slice(0, 8) }}{{ 'hello' | sha512 | slice(0, 8) }}",
         "2cf24dba9b71d224"),
        ("{{ 'dGVzdA' | base64decode }} {{ 'YWJj' | base64decode }}", "test abc"),
        ("{{ 'test' | base64encode }} {{ 'dGVzdA==' | base64decode }}", "dGVzdA== test"),
        ("{{ 'This is a long text' | abbreviate(7) }} {{ 'short' | abbreviate(9) }}",
         "This... short"),
        ("{{ 'a,b,c' | split(',') }} {{ 'a1b22c' | split('[0-9]+') }}",
         '["a","b","c"] ["a","b","c"]'),
        ("{{ 'a|b|c' | split('|', 2) }} {{ 'abc' | split('') }}", '["a","b|c"] ["a","b","c"]'),
        ("{{ 'a,b,,' | split(',') }}", '["a","b"]'),
        ("{{ 'order-12-x' | regexExtract('[0-9]+') }} {{ 'a=b' | regexExtract('(.)=(.)', 2) }}",
         "12 b"),
        ("{{ 'abc' | regexMatch('^a.c$') }} {{ 'abc' | regexReplace('b+', '[$0]') }}",
         "true a[b]c"),
        ("{{ '<b>' | escape }} {{ 'a\nb' | nl2br }}", "&lt;b&gt; a<br />b"),
        ("{{ '  a  \n b ' | condenseString }}", "a b"),
        ("{{ null | upper }}|{{ null | default('x') | upper }}", "|X"),
        ("{{ 12 | upper }} {{ 1.5 | string | length }}", "12 3"),
    ],
)  # fmt: skip
def test_text_filters(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ [1,2,3] | first }}{{ [1,2,3] | last }}{{ 'abc' | first }}{{ [] | first }}", "13a"),
        ("{{ [1, 'a', null] | join('-') }} {{ [1,2] | join }}", "1-a- 12"),
        ("{{ [1,2] | length }}{{ 'abc' | length }}{{ {'a':1} | length }}{{ null | length }}",
         "2310"),
        ("{{ [1,2,3,4,5] | chunk(2) }}", "[[1,2],[3,4],[5]]"),
        ("{{ [1,[2,[3]],4] | flatten }}", "[1,2,[3],4]"),
        ("{{ {'a': 1, 'b': 2} | keys }} {{ ['x','y'] | keys }}", '["a","b"] [0,1]'),
        ("{{ {'a': 1, 'b': 2} | values }}", "[1,2]"),
        ("{{ {'a': 1} | items }}", '[{"key":"a","value":1}]'),
        ("{{ {'a': 1} | merge({'b': 2}) }} {{ [1] | merge([2]) }}", '{"a":1,"b":2} [1,2]'),
        ("{{ [3,1,2] | sort }} {{ [3,1,2] | rsort }} {{ ['b','a'] | sort }}",
         '[1,2,3] [3,2,1] ["a","b"]'),
        ("{{ [1,2,3] | reverse }} {{ 'abc' | reverse }}", "[3,2,1] cba"),
        ("{{ [1,2,3,4] | slice(1, 3) }} {{ 'abcd' | slice(2) }} {{ 'abc' | slice(toIndex=1) }}",
         "[2,3] cd a"),
        ("{{ [1,1.0,'1',1] | distinct }} {{ [[1],[1]] | unique }}", '[1,1.0,"1"] [[1]]'),
        ("{{ [1,2] | sum }} {{ [1,5,2] | max }} {{ [] | min }}|", "3 5 |"),
        ("{{ 'ab' | list }}", '["a","b"]'),
    ],
)  # fmt: skip
def test_list_and_map_filters(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ '42' | number + 1 }} {{ '1.5' | number }} {{ '0x1F' | number }}", "43 1.5 31"),
        ("{{ '42' | number('DOUBLE') }} {{ '7' | number(type='INT') }}", "42.0 7"),
        ("{{ '3.9' | int }} {{ 3 | float }} {{ '5' | int * 2 }}", "3 3.0 10"),
        ("{{ -3 | abs }} {{ 2.5 | round }} {{ 2.345 | round(2) }} {{ 2.1 | round(0, 'ceil') }}",
         "3 3 2.35 3"),
        ("{{ 1.232654 | numberFormat('#.##') }}", "1.23"),
        ("{{ 1234567.891 | numberFormat('#,##0.00') }}", "1,234,567.89"),
        ("{{ 0.256 | numberFormat('0.0%') }} {{ 5 | numberFormat('000') }}", "25.6% 005"),
        ("{{ 0.5 | numberFormat('#.#') }} {{ -0.001 | numberFormat('0.00') }}", "0.5 0.00"),
        ("{{ 0.5 | numberFormat('#.0') }} {{ 0.5 | numberFormat('#,###.##') }}", ".5 0.5"),
        ("{{ 2.5 | numberFormat('0') }} {{ 12 | numberFormat(\"'#'0 kg\") }}", "2 #12 kg"),
        ("{{ -1234.5 | numberFormat }}", "-1,234.5"),
    ],
)  # fmt: skip
def test_number_filters(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ {'a': [1, null, 'é']} | json }} {{ null | toJson }} {{ 'x' | tojson }}",
         '{"a":[1,null,"é"]} null "x"'),
        ("{{ {'a': 1, 'b': [1, 'x']} | yaml }}", "a: 1\nb:\n- 1\n- x\n"),
        ("{{ 'x' | yaml }}", "x\n"),
        ("{{ {'a': 1} | toIon }}", '{"a":1}'),
        ("{{ 'a' | className }} {{ 1 | className }} {{ {} | className }}",
         "java.lang.String java.lang.Long java.util.LinkedHashMap"),
        ("{{ '{\"a\": {\"b\": [1, 2]}}' | jq('.a.b[1]') | first }}", "2"),
        ("{{ {'a': [{'n': 1}, {'n': 2}]} | jq('.a[].n') }}", "[1,2]"),
        ("{{ {'a-b': {'c': 1}} | jq('.\"a-b\".c') }} {{ {'a': 1} | jq('.[\"a\"]') }}", "[1] [1]"),
        ("{{ {'a': 1} | jq('.missing') }} {{ {'a': 1} | jq('.a.b?') }}", "[null] []"),
        ("{{ [3, 4] | jq('.[-1], .[0]') }} {{ [3, 4] | jq('.') }}", "[4,3] [[3,4]]"),
        ("{{ [1, 2, 3] | jq('map(. * 2) | add') }}", "[12]"),
        ("{{ {'a': 'x'} | jq('.a | ascii_upcase') | first }}", "X"),
    ],
)  # fmt: skip
def test_data_filters(render: Render, source: str, text: str) -> None:
    assert render(source) == text


def test_yaml_output_reads_back_as_the_same_value(evaluate: Evaluate) -> None:
    value = {"a": [1, "1", None, True, "true", {"b": 1.5}], "empty": {}, "text": "x: y\n- z\n"}

    assert evaluate("{{ yaml(v | yaml) }}", v=value) == value


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ {'a': 1} | jq('.a.b') }}", "cannot take the key `b` of a number"),
        ("{{ {} | jq('.a | error(\"boom\")') }}", "boom"),
        ("{{ {} | jq('.a |') }}", "failed"),
        ("{{ 'not json' | jq('.') }}", "not valid JSON"),
        ("{{ {'a': 1} | sort }}", "must be a list"),
        ("{{ [1, 'a'] | sort }}", "Cannot compare"),
        ("{{ 'abc' | number }}", "`abc` is not a number"),
        ("{{ 'abc' | abbreviate('x') }}", "`length` must be a whole number"),
        ("{{ '%' | base64decode }}", "base64decode"),
        ("{{ 'a' | escapeChar('none') }}", "'single', 'double' or 'shell'"),
        ("{{ 1 | numberFormat('a#b#c') }}", "not a number format"),
        ("{{ 'a' | regexMatch('(') }}", "not a regular expression"),
        ("{{ 'a' | replace({'(a)': '$2'}, regexp=true) }}", "no group 2"),
        ("{{ {'a': 1} | first }}", "A map has no first"),
        ("{{ 1 | merge(2) }}", "Cannot merge"),
    ],
)  # fmt: skip
def test_filters_refuse_what_they_cannot_use(refusal: Refuse, source: str, message: str) -> None:
    error = refusal(source)

    assert message in str(error)
    assert error.line == 1
