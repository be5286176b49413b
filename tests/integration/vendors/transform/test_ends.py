"""dbt is stopped politely, and works on a real PostgreSQL."""

from __future__ import annotations

import threading

import psycopg
import pytest

from executions.worker.work import Ending
from tests.integration.vendors.transform.rigs import (
    DAILY,
    FILES,
    SLOW,
    OnSight,
    Rig,
    runs_of,
)
from tests.support.attempts import HandControl, limited, work_of
from tests.support.database import Server

pytestmark = [pytest.mark.slow, pytest.mark.vendors]


def test_a_kill_lets_dbt_say_that_it_cancels(rig: Rig) -> None:
    control = HandControl()
    rig.channel = OnSight("START sql table model main.orders_daily", control.kill)
    rig.put({**FILES, **SLOW})

    result = rig.run(work_of("dbt.cli.DbtCLI", commands=["dbt run -s orders_daily"]), control)

    assert result.ending is Ending.KILLED, rig.text()
    assert "CANCEL" in rig.text() or "cancel" in rig.text().lower()


def test_a_time_limit_ends_dbt(rig: Rig) -> None:
    rig.put(SLOW)

    result = rig.run(limited(work_of("dbt.cli.DbtCLI", commands=["dbt run -s orders_daily"]), 8.0))

    assert (result.ending, result.reason) == (Ending.FAILED, "timeout"), rig.text()


def test_postgresql_says_how_many_rows_were_written(near: Rig, warehouse: dict[str, str]) -> None:
    result = near.cli(f"{DAILY} --target shared", env=warehouse)

    assert result.ending is Ending.SUCCESS, near.text()
    assert runs_of(result)["orders_daily"]["outputs"]["rows"] == 2
    rows = {m.tags["node"]: m.value for m in result.metrics if m.name == "rows.affected"}
    assert rows["model.shop.orders_daily"] == 2
    place = f"{warehouse['SHOP_DATABASE']}/{warehouse['SHOP_SCHEMA']}/orders_daily"
    (orders,) = [asset for asset in result.assets if asset["uri"].endswith(place)]
    assert orders["uri"].startswith("postgres://")
    assert orders["facts"]["rows"] == 2


def test_a_kill_cancels_the_query_in_the_database(
    near: Rig, warehouse: dict[str, str], database_server: Server
) -> None:
    control = HandControl()
    started = threading.Event()

    def stop() -> None:
        started.set()
        control.kill()

    near.channel = OnSight("START sql table model", stop)
    near.put({**FILES, "models/orders_daily.sql": "select pg_sleep(120)::text as day"})
    work = work_of("dbt.cli.DbtCLI", commands=["dbt run -s orders_daily -t shared"], env=warehouse)

    result = near.run(work, control)

    assert result.ending is Ending.KILLED, near.text()
    with database_server.superuser() as connection:
        left = connection.execute(
            "select count(*) from pg_stat_activity where usename = %s and query like '%%pg_sleep%%'"
            " and state = 'active'",
            [warehouse["SHOP_USER"]],
        ).fetchone()
    assert left == (0,)


def test_a_wrong_password_fails_without_showing_it(near: Rig, warehouse: dict[str, str]) -> None:
    try:
        psycopg.connect(
            host=warehouse["SHOP_HOST"],
            port=int(warehouse["SHOP_PORT"]),
            user=warehouse["SHOP_USER"],
            password="wrong-password",
            dbname=warehouse["SHOP_DATABASE"],
        ).close()
        pytest.skip("this server trusts everybody")
    except psycopg.OperationalError:
        pass

    result = near.cli(DAILY + " -t shared", env={**warehouse, "SHOP_PASSWORD": "wrong-password"})

    assert result.ending is Ending.FAILED
    assert "wrong-password" not in f"{result.error}{near.text()}"
