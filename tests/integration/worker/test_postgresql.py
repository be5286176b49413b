"""SQL tasks against a real PostgreSQL."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from executions.worker.channel import CONNECTION
from executions.worker.runner import AttemptRunner
from executions.worker.work import AttemptResult, Ending
from tests.integration.worker.conftest import Bench, bench_with
from tests.support.attempts import work_of
from tests.support.database import Server
from tests.support.memory_channel import MemoryChannel


@pytest.fixture(scope="module")
def schema(database_server: Server) -> Iterator[str]:
    name = f"plugin_{uuid.uuid4().hex[:8]}"
    with database_server.superuser() as connection:
        connection.execute(f"create schema {name}")
        connection.execute(f"create role {name} login password 'p@ss/w0rd'")
        connection.execute(f"grant all on schema {name} to {name}")
        connection.execute(f"alter role {name} set search_path = {name}")
    yield name
    with database_server.superuser() as connection:
        connection.execute(f"drop schema {name} cascade")
        connection.execute(f"drop owned by {name}")
        connection.execute(f"drop role {name}")


@pytest.fixture(scope="module")
def shared_reader(folder: Path) -> Iterator[Bench]:
    """Tasks of our own user: the server of the tests listens on a private socket."""
    found = bench_with(folder / "postgresql", task_uid=os.getuid())
    yield found
    found.launcher.close()


@pytest.fixture
def plain(shared_reader: Bench) -> Bench:
    """The bench with a platform that has heard nothing yet."""
    shared_reader.channel = MemoryChannel()
    shared_reader.runner = AttemptRunner(
        shared_reader.channel, shared_reader.launcher, shared_reader.settings
    )
    return shared_reader


def url_of(server: Server) -> str:
    """The address of the server of the tests, as sources write it."""
    facts = server.facts
    host, port = facts.get("host", "127.0.0.1"), facts.get("port", "5432")
    if host.startswith("/"):
        return f"jdbc:postgresql:///{facts['dbname']}?host={host}&port={port}"
    return f"jdbc:postgresql://{host}:{port}/{facts['dbname']}?sslmode=prefer"


@pytest.fixture
def sql(plain: Bench, database_server: Server, schema: str) -> Any:
    """Runs a task of the family with the connection filled in."""
    url = url_of(database_server)

    def run(kind: str, *, poll: bool = False, **properties: Any) -> AttemptResult:
        base = {"url": url, "username": schema, "password": "p@ss/w0rd"}
        work = work_of(f"jdbc.postgresql.{kind}", **{**base, **properties})
        return plain.run(replace(work, kind="poll") if poll else work)

    return run


def test_rows_come_as_plain_data(sql: Any, plain: Bench) -> None:
    result = sql(
        "Query",
        sql="""select 1 as n, 1.5::numeric as d, 'x' as t, true as b, null as nothing,
                      date '2024-01-31' as day, '{"a": [1]}'::jsonb as doc, array[1,2] as list,
                      interval '90 seconds' as length""",
        fetchType="FETCH_ONE",
    )

    assert result.ending is Ending.SUCCESS, plain.channel.text()
    assert result.outputs["row"] == {
        "n": 1,
        "d": 1.5,
        "t": "x",
        "b": True,
        "nothing": None,
        "day": "2024-01-31",
        "doc": {"a": [1]},
        "list": [1, 2],
        "length": "PT1M30S",
    }


def test_parameters_are_values_and_never_sql(sql: Any) -> None:
    evil = "x'; drop table t; --"

    result = sql(
        "Query",
        sql="select :a as a, 'a:b'::text as b, 10 % 3 as c, :n::int + 1 as n",
        parameters={"a": evil, "n": 4},
        fetchType="FETCH",
    )

    assert result.outputs["rows"] == [{"a": evil, "b": "a:b", "c": 1, "n": 5}]


def test_statements_before_the_last_run_in_one_transaction(sql: Any) -> None:
    done = sql(
        "Query",
        sql="create table one (x int); insert into one values (1), (2); select count(*) as n from one",
        fetchType="FETCH_ONE",
    )
    bad = sql("Queries", sql="insert into one values (3); select 1/0;")
    left = sql("Query", sql="select count(*) as n from one", fetchType="FETCH_ONE")

    assert done.outputs == {"row": {"n": 2}, "size": 1}
    assert bad.ending is Ending.FAILED and "division by zero" in (bad.error or "")
    assert left.outputs["row"] == {"n": 2}


def test_rows_are_stored_as_json_lines(sql: Any, plain: Bench) -> None:
    result = sql(
        "Query",
        sql="select g as id, 'é' || g as name from generate_series(1, 5000) g",
        fetchType="STORE",
    )

    lines = plain.channel.files[result.outputs["uri"]].splitlines()
    assert result.outputs["size"] == len(lines) == 5000
    assert json.loads(lines[0]) == {"id": 1, "name": "é1"}
    assert [(m.name, m.value) for m in result.metrics] == [("fetch.size", 5000)]


def test_each_statement_of_queries_has_its_own_answer(sql: Any) -> None:
    result = sql(
        "Queries",
        fetchType="FETCH",
        sql="create table q (x int); insert into q values (1),(2); select * from q order by x;",
    )

    assert result.outputs["outputs"] == [
        {"size": 0},
        {"size": 2},
        {"rows": [{"x": 1}, {"x": 2}], "size": 2},
    ]


def test_a_file_is_copied_in_and_out(sql: Any, plain: Bench) -> None:
    plain.channel.files["downbeat:///x/in.csv"] = b"id;name\n1;one\n2;two\n"
    sql("Query", sql="create table c (id int, name text)")

    came = sql(
        "CopyIn",
        **{"from": "downbeat:///x/in.csv"},
        table="c",
        format="CSV",
        header=True,
        delimiter=";",
    )
    went = sql("CopyOut", sql="select * from c order by id", format="CSV", header=True)

    assert came.outputs == {"rowCount": 2}, plain.channel.text()
    assert plain.channel.files[went.outputs["uri"]] == b"id,name\n1,one\n2,two\n"


def test_a_wrong_password_fails_without_showing_it(sql: Any, database_server: Server) -> None:
    result = sql("Query", username="nobody_here", password="wrong-password", sql="select 1")

    if result.ending is Ending.SUCCESS:
        pytest.skip("this server trusts everybody")
    assert "wrong-password" not in (result.error or "")


def test_a_trigger_fires_for_rows_that_it_marks(sql: Any) -> None:
    sql(
        "Query",
        sql="create table news (id int, seen bool default false); insert into news values (1), (2)",
    )
    query = "update news set seen = true where not seen returning id"

    first = sql("Trigger", sql=query, poll=True)
    second = sql("Trigger", sql=query, poll=True)

    fired = first.outputs["fired"]
    assert [row["id"] for row in fired[0]["variables"]["rows"]] == [1, 2]
    assert second.outputs["fired"] == []


@pytest.fixture
def given(plain: Bench, sql: Any, database_server: Server, schema: str) -> Any:
    """Runs a query with what a connection holds and what the task says beside it."""

    def run(values: dict[str, Any], **properties: Any) -> AttemptResult:
        held = {"url": url_of(database_server), "username": schema, "password": "p@ss/w0rd"}
        answer = {
            "name": "shop",
            "namespace": "company",
            "values": {**held, **values},
            "secrets": ["p@ss/w0rd"],
        }
        plain.channel.answers[CONNECTION] = answer
        work = work_of(
            "jdbc.postgresql.Query",
            sql="select current_user as name, :said as said",
            fetchType="FETCH_ONE",
            parameters={"said": "p@ss/w0rd"},
            **properties,
        )
        return plain.run(work)

    return run


def test_a_query_takes_everything_from_a_connection(given: Any, schema: str) -> None:
    result = given({}, connection="shop")

    assert result.outputs["row"] == {"name": schema, "said": "******"}


def test_the_user_in_the_url_of_a_task_goes_before_the_connection_of_the_namespace(
    given: Any, database_server: Server, schema: str
) -> None:
    url = url_of(database_server) + f"&user={schema}&password=p@ss%2Fw0rd"

    result = given({"username": "nobody", "password": "wrong"}, url=url)

    assert result.outputs["row"]["name"] == schema, result.error


def test_a_query_without_an_address_fails_when_it_runs(given: Any) -> None:
    result = given({"url": None})

    assert result.ending is Ending.FAILED
    assert "'url' is missing: set it on the task" in str(result.error)
