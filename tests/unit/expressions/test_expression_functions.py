"""Functions: what they ask of the world, and rendering inside rendering."""

from __future__ import annotations

import pytest

from flows.spec.expressions import NoServices, Services, Value, compile_template, render_value
from tests.unit.expressions.conftest import Refuse, Render

CHAIN = {"first": "1", "second": "{{ vars.first }}-2", "third": "{{ vars.second }}-3"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ secret('token') }}", "s3cret"),
        ("{{ secret(key='TOKEN', namespace='x') }}", "s3cret"),
        ("{{ secret('JSON', subkey='user') }} {{ secret('JSON', subkey='port') }}", "ann 5"),
        ("{{ kv('limit') + 1 }} {{ kv('doc').a[1] }} {{ kv('none') }}|", "4 2 |"),
        ("{{ read('a.txt') }}", "content of a.txt"),
        ("{{ fileURI('a.txt') }}", "downbeat:///own/_files/a.txt"),
        ("{{ fileSize('f') }} {{ fileExists('missing') }} {{ isFileEmpty('empty') }}",
         "5 false true"),
        ("{% for log in errorLogs() %}{{ log.taskId }}: {{ log.message }}{% endfor %}",
         "load: no such table"),
        ("{{ uuid() == id() }} {{ uuid() | length }}", "true 36"),
        ("{{ randomInt(lower=10, upper=10) }} {{ randomInt(0, 10) }}", "10 5"),
        ("{{ encrypt('k', 'abc') }} {{ decrypt('k', encrypt('k', 'abc')) }}", "k:cba abc"),
        ("{{ fromJson('{\"a\": [1]}').a[0] }} {{ json('[1,2]')[1] }} {{ json(null) }}|", "1 2 |"),
        ("{{ yaml('a: 12').a }} {{ yaml('- yes\n- 1.5\n- ~\n- 2024-01-01') }}",
         '12 ["yes",1.5,null,"2024-01-01"]'),
        ("{{ yaml('{1: one, true: x}') }}", '{"1":"one","true":"x"}'),
        ("{{ range(0, 3) }} {{ range(5, 1, -2) }} {{ range('a', 'c') }}",
         '[0,1,2,3] [5,3,1] ["a","b","c"]'),
        ("{{ max(1, 3, 2) }} {{ min(20, 100) }} {{ max([4, 9]) }}", "3 20 9"),
        ("{{ fromIon('{id:1,name:\"x\",at:2024-01-01T00:00:00Z,tags:[a,\\'b c\\'],n:null}') }}",
         '{"id":1,"name":"x","at":"2024-01-01T00:00:00Z","tags":["a","b c"],"n":null}'),
        ("{{ fromIon('{\"a\":1}\n{\"a\":2}', allRows=true) | length }}", "2"),
        ("{{ dayOfWeek('2024-03-09') }} {{ monthOfYear('2024-03-09') }} {{ isWeekend() }}",
         "SATURDAY 3 true"),
    ],
)  # fmt: skip
def test_functions_answer(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ secret('nope') }}", "Cannot find the secret `nope`"),
        ("{{ secret('JSON', subkey='none') }}", "has no key `none`"),
        ("{{ kv('my-key', 'io.ns', true).field }}", "`my-key` does not exist in io.ns"),
        ("{{ randomInt(2, 1) }}", "`upper` is less than `lower`"),
        ("{{ json('{') }}", "not valid JSON"),
        ("{{ json('NaN') }}", "not valid JSON"),
        ("{{ yaml('a: [') }}", "not valid YAML"),
        ("{{ yaml('!!python/object/apply:os.system [id]') }}", "not valid YAML"),
        ("{{ fromIon('{a 1}') }}", "not valid Ion"),
        ("{{ range(1, 5, 0) }}", "step other than 0"),
        ("{{ i18n('b', 'k') }}", "no bundle"),
    ],
)
def test_functions_refuse_with_a_place(refusal: Refuse, source: str, message: str) -> None:
    error = refusal(source)

    assert message in str(error)
    assert error.line == 1


def test_a_refused_secret_never_shows_the_secret(refusal: Refuse) -> None:
    assert "ann" not in str(refusal("{{ secret('JSON', subkey='none') }}"))


def test_without_services_every_question_is_refused() -> None:
    for source in ("{{ now() }}", "{{ secret('K') }}", "{{ kv('k') }}", "{{ uuid() }}"):
        with pytest.raises(Exception, match="Expressions here cannot ask for"):
            compile_template(source).render({}, services=NoServices())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ vars.second }}", "{{ vars.first }}-2"),
        ("{{ render(vars.third) }}", "1-2-3"),
        ("{{ renderOnce(vars.third) }}", "{{ vars.first }}-2-3"),
        ("{{ render(vars.third, recursive=false) }}", "{{ vars.first }}-2-3"),
        ("{{ render('{{ 1 + 1 }}') }} {{ render(5) }} {{ render(null) }}|", "2 5 |"),
        ("{{ render({'k': [vars.third]}) }}", '{"k":["1-2-3"]}'),
        ("{% set x = 7 %}{{ render('{{ x }}') }}", "7"),
        ("{{ render('{{ vars.second | upper }}') }}", "1-2"),
    ],
)
def test_render_follows_templates_in_variables(render: Render, source: str, text: str) -> None:
    assert render(source, vars=CHAIN) == text


@pytest.mark.parametrize(
    "source",
    ["{{ trigger.body }}", "{{ render('{{ trigger.body }}') }}", "{{ render(vars.fromTrigger) }}",
     "{{ render(vars.fromSecret) }}", "{{ secret('EVIL') }}", "{{ renderOnce(vars.fromTrigger) }}"],
)  # fmt: skip
def test_data_that_looks_like_a_template_is_never_rendered(render: Render, source: str) -> None:
    context = {
        "trigger": {"body": "{{ 1 + 1 }}"},
        "vars": {"fromTrigger": "{{ trigger.body }}", "fromSecret": "{{ secret('EVIL') }}"},
    }

    assert render(source, **context) == "{{ 1 + 1 }}"


def test_render_of_what_the_author_names_renders_it(render: Render) -> None:
    assert render("{{ render(inputs.x) }}", inputs={"x": "{{ 1 + 1 }}"}) == "2"


def test_variables_that_refer_to_each_other_in_a_circle_are_refused(refusal: Refuse) -> None:
    error = refusal("{{ render(vars.a) }}", vars={"a": "{{ vars.b }}", "b": "{{ vars.a }}"})

    assert error.code == "expression.budget"


def test_an_error_inside_a_rendered_variable_points_into_the_variable(refusal: Refuse) -> None:
    error = refusal("x\n\n{{ render(vars.a) }}", vars={"a": "one\n{{ inptus.x }}"})

    assert (error.source, error.line, error.column) == ("one\n{{ inptus.x }}", 2, 4)


def test_render_value_renders_texts_and_keys_everywhere(services: Services) -> None:
    value: Value = {"{{ k }}": ["{{ 1 + 1 }}", 3, None, {"x": "a{{ k }}"}], "plain": True}

    rendered = render_value(value, {"k": "key"}, services=services)

    assert rendered == {"key": ["2", 3, None, {"x": "akey"}], "plain": True}


OUTPUTS = {"a": {"v1": {"data": 1}}, "b": {"p1": {"p2": {"v1": {"data": 2}}}}}


def test_current_each_output_finds_the_iteration(render: Render) -> None:
    taskrun = {"value": "v1"}
    parents = [{"taskrun": {"value": "p2"}}, {"outputs": {}}, {"taskrun": {"value": "p1"}}]

    flat = render("{{ currentEachOutput(outputs.a).data }}", outputs=OUTPUTS, taskrun=taskrun)
    deep = render(
        "{{ currentEachOutput(outputs.b).data }}", outputs=OUTPUTS, taskrun=taskrun, parents=parents
    )

    assert (flat, deep) == ("1", "2")


def test_current_each_output_of_another_iteration_can_be_coalesced(render: Render) -> None:
    source = "{{ currentEachOutput(outputs.a).data ?? 'none' }}"

    assert render(source, outputs=OUTPUTS, taskrun={"value": "v2"}) == "none"


def test_tasks_with_state_lists_runs(render: Render) -> None:
    tasks = {"t1": {"state": "FAILED"}, "t2": {"a": {"state": "FAILED"}, "b": {"state": "SUCCESS"}}}

    assert render("{{ tasksWithState('failed') }}", tasks=tasks) == (
        '[{"taskId":"t1","state":"FAILED"},{"taskId":"t2","state":"FAILED","value":"a"}]'
    )


def test_the_context_can_be_looked_at(render: Render) -> None:
    assert render("{{ fromJson(printContext()).a.b }}", a={"b": 1}) == "1"
    assert render("{{ fetchContext() }}", a=1) == '{"a":1}'
