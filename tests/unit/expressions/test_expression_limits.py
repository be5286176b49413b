"""Hostile templates: no object is reachable, nothing outgrows its budget, nothing else escapes."""

from __future__ import annotations

import time

import pytest

from flows.spec.expressions import Budget, ExpressionError, NoServices, compile_template
from tests.unit.expressions.conftest import Evaluate, Refuse, Render


class Anything:
    """An object that no context should hold."""

    password = "s3cret"


@pytest.mark.parametrize("name", ["__class__", "__init__", "__globals__", "__dict__", "__mro__"])
@pytest.mark.parametrize("start", ["''", "[]", "{}", "1", "text", "m", "now()", "true", "obj"])
def test_no_attribute_of_an_object_is_reachable(refusal: Refuse, start: str, name: str) -> None:
    context = {"text": "x", "m": {}, "obj": Anything()}

    for source in (f"{{{{ {start}.{name} }}}}", f"{{{{ {start}['{name}'] }}}}"):
        assert refusal(source, **context).code == "expression.undefined"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ config.items() }}",
        "{{ 'a'.format(1) }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ 'x' | attr('__class__') }}",
        "{{ ['x'] | map(attribute='__class__') }}",
        "{{ '%s' % 'x' }}",
        "{{ '%(a)s' | format({'a': 1}) }}",
        "{{ self.__init__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ obj }}",
        "{{ obj.password }}",
        "{{ obj | json }}",
        "{{ obj ~ '' }}",
        "{{ [obj] }}",
        "{{ obj() }}",
        "{% for x in obj %}{% endfor %}",
        "{% set __builtins__ = 1 %}{{ __import__('os') }}",
        "{{ _context }}",
        "{% import '/etc/passwd' as x %}",
        "{% include '/etc/passwd' %}",
        "{{ T(java.lang.Runtime).getRuntime().exec('id') }}",
        "{{ beans }}",
        "{{ variable.getClass().forName('x') }}",
        "{{ {} | jq('import \"/etc/passwd\" as $x; $x') }}",
        "{{ {} | jq('include \"/etc/passwd\"; .') }}",
    ],
)
def test_known_attacks_end_in_an_error(refusal: Refuse, source: str) -> None:
    assert "s3cret" not in str(refusal(source, obj=Anything()))


def test_jq_programs_see_no_environment(evaluate: Evaluate) -> None:
    names = set(evaluate("{{ {} | jq('env + $ENV | keys') | first }}"))

    # What the C library sets by itself; PATH and everything that might be secret is gone.
    assert names <= {"LC_CTYPE"}


DOUBLING = "{% set x = ['aaaaaaaa'] %}{% for i in 1..60 %}{% set x = [x, x] %}{% endfor %}"
GROWING = "{% set x = 'aaaaaaaa' %}{% for i in 1..60 %}{% set x = x ~ x %}{% endfor %}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in 1..400 %}{% for b in 1..400 %}x{% endfor %}{% endfor %}",
        "{{ range(0, 1000000000000) }}",
        "{{ 1..1000000000 }}",
        "{{ range(1, 10, 0.0000001) }}",
        "{{ 'a\n' | indent(1000000000) }}",
        "{{ 'a\n' | nindent(3, prefix='" + "x" * 1000 + "') | nindent(1000000) }}",
        "{{ x | replace({'a': x}) | replace({'a': x}) }}",
        "{{ 'aaaa' | replace({'': 'x'}) | replace({'x': y}) | replace({'a': y}) }}",
        DOUBLING + "{{ x }}",
        DOUBLING + "{{ x == [x] }}",
        DOUBLING + "{% set y = [x, x] %}{{ x == y[0] }}",
        DOUBLING + "{{ x | json }}",
        DOUBLING + "{{ x | yaml }}",
        DOUBLING + "{{ x | jq('.[0] | length') }}",
        DOUBLING + "{{ x | distinct }}",
        DOUBLING + "{{ [x] contains [x] }}",
        DOUBLING + "{{ x | join }}",
        DOUBLING + "{{ x | sh }}",
        DOUBLING + "{{ x ~ '' }}",
        DOUBLING + "{{ {x: 1} }}",
        DOUBLING + "{{ x | escapeChar('single') }}",
        DOUBLING + "{{ render(x) }}",
        GROWING,
        GROWING.replace("x ~ x", "x + x"),
        GROWING.replace("x ~ x", "[x, x] | join"),
        GROWING.replace("x ~ x", "(x | json | json)") + "{{ x }}",
        "{% set x = 2 %}{% for i in 1..60 %}{% set x = x * x %}{% endfor %}",
        "{% set x = 1 %}{% for i in 1..3000 %}{% set x = [x] %}{% endfor %}{{ x }}",
        "{% set x = 1 %}{% for i in 1..3000 %}{% set x = {'a': x} %}{% endfor %}{{ x | yaml }}",
        "{{ '" + "a" * 50 + "!' | regexMatch('^(a|aa)+$') }}",
        "{{ '" + "a" * 50 + "!' | regexReplace('^(a|aa)+$', '') }}",
        "{{ 'a' | regexMatch('(?:(?:a{1000}){1000}){1000}') }}",
        "{{ 'a' | regexMatch('(?:a{65535}){65535}') }}",
        "{{ '" + "a" * 50 + "!' | split('^(a|aa)+$') }}",
        "{{ {} | jq('[range(1e12)] | length') }}",
        "{{ {} | jq('def f: f; f') }}",
        "{{ {} | jq('repeat(1)') }}",
        "{{ {} | jq('\"a\" * 1000000000') }}",
        "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{{ render(a) }}",
        "{% for i in 1..1000 %}{{ big }}{% endfor %}",
        "{{ yaml(bomb) }}",
        "{{ yaml(deep) }}",
        "{{ json(deep) }}",
        "{{ fromIon(deep) }}",
    ],
    ids=lambda source: source[-60:],
)
def test_a_template_that_asks_for_too_much_is_stopped(refusal: Refuse, source: str) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    deep = "[" * 50_000 + "]" * 50_000
    started = time.process_time()

    error = refusal(
        source, Budget(seconds=1.0), x="a" * 2000, y="y" * 300_000, a="{{ render(a) }}",
        big="b" * 10_000, bomb=bomb, deep=deep,
    )  # fmt: skip

    assert error.code in {"expression.budget", "expression.type"}
    assert time.process_time() - started < 3


def test_an_indentation_that_is_not_needed_is_not_built(render: Render) -> None:
    assert render("{{ 'a' | indent(1000000000000) }}") == "a"


def test_merge_keys_do_not_multiply(evaluate: Evaluate) -> None:
    bomb = "a0: &a0 {k: 1}\n" + "".join(
        f"a{n}: &a{n}\n  <<: [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 4)
    )

    assert evaluate("{{ yaml(t) | keys }}", t=bomb) == ["a0", "a1", "a2", "a3"]


def test_the_clock_of_the_budget_is_obeyed() -> None:
    ticks = iter(range(1000))
    budget = Budget(seconds=3, clock=lambda: float(next(ticks)))
    template = compile_template("{% for i in 1..9 %}{% for j in 1..9999 %}{% endfor %}{% endfor %}")

    with pytest.raises(ExpressionError, match="longer than 3 s"):
        template.render({}, services=NoServices(), budget=budget)


def test_the_output_of_one_evaluation_is_bounded_in_sum(refusal: Refuse, render: Render) -> None:
    budget = Budget(output_chars=100)

    assert len(render("{{ a }}{{ a }}", budget, a="x" * 50)) == 100
    assert refusal("{{ a }}{{ a }}x", budget, a="x" * 50).code == "expression.budget"


def test_a_large_but_honest_value_passes(render: Render) -> None:
    rows = [{"id": n, "name": f"row {n}"} for n in range(10_000)]

    assert render("{{ rows | length }}", rows=rows) == "10000"
    assert render("{{ rows | json | length > 100000 }}", rows=rows) == "true"
    assert render("{% for r in rows %}{{ r.id }},{% endfor %}", rows=rows).endswith("9999,")
