"""`downbeat keys`: which encryption keys seal what, and moving everything to the current one."""

from __future__ import annotations

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.people import attach
from downbeat.cli.problems import Exit


@click.group()
def keys() -> None:
    """Look after the keys of DOWNBEAT_ENCRYPTION_KEY. Works beside the server, like `audit`."""


@keys.command()
@output_option
def status(*, form: Form) -> None:
    """Say what each key of DOWNBEAT_ENCRYPTION_KEY seals, and how many data keys of tenants there are.

    An old key may be taken out when nothing is left under it. Reads all that executions keep.
    """
    attach()
    from tenants import facade

    found = facade.key_status()
    current = facade.current_key_name()
    rows = [
        (name, "current" if name == current else "old", place, str(count))
        for name, places in found.masters.items()
        for place, count in (places or {"": 0}).items()
    ]
    facts = {
        "current": current,
        "keys": found.masters,
        "dataKeys": {"sealing": found.data_keys, "retired": found.retired},
        "underRetired": found.waiting,
    }
    rows += [("data key", "retired", place, str(count)) for place, count in found.waiting.items()]
    show(facts, form, lambda: table(("key", "", "where", "values"), rows))


@keys.command()
@click.option(
    "--data-keys",
    is_flag=True,
    help="Give every tenant a new data key too, and seal all its values anew.",
)
@output_option
def rotate(*, form: Form, data_keys: bool) -> int:
    """Seal the data keys of all tenants with the first key of DOWNBEAT_ENCRYPTION_KEY.

    Put the new key first, keep the old one behind it, restart every process, then run this. What
    data keys seal is not touched, unless you ask for new ones. Values that an older release sealed
    without a data key are moved to one; those that executions keep stay as they are until the
    executions are too old: see `keys status`.
    """
    attach()
    from tenants import facade

    done = facade.rotate_keys(data_keys_too=data_keys)
    facts = {"moved": done.moved, "unreadable": list(done.unreadable)}
    show(facts, form, lambda: _print(done.moved, done.unreadable))
    return Exit.EXECUTION_FAILED if done.unreadable else Exit.OK


def _print(moved: int, unreadable: tuple[str, ...]) -> None:
    click.echo(f"{moved} values were sealed with the current keys.")
    for one in unreadable:
        click.echo(f"No key opens {one}: its key is missing from DOWNBEAT_ENCRYPTION_KEY.")
