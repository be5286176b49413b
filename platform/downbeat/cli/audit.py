"""Checks the audit trail beside the server, through the instance's home, without a log-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from downbeat.cli.output import Form, output_option, show
from downbeat.cli.people import attach
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from tenants.facade import Verdict

WHOLE = "instance"


@click.group()
def audit() -> None:
    """Check the audit trail."""


@audit.command()
@click.option("--tenant", help="Only that tenant's trail; `instance` is the instance's own.")
@click.option("--expect", help="The head that an earlier check printed; needs --tenant.")
@output_option
def verify(*, tenant: str | None, expect: str | None, form: Form) -> int:
    """Find entries that were changed, removed or added. Keep the printed heads elsewhere."""
    if expect and not tenant:
        raise Problem("--expect is about one trail: name its --tenant.", Exit.USAGE)
    attach()
    from tenants import facade

    try:
        head = facade.Head.read(expect) if expect else None
    except ValueError as problem:
        raise Problem(f"--expect cannot be read: {problem}.", Exit.USAGE) from None
    trails = {WHOLE: facade.INSTANCE, **{found.slug: found.id for found in facade.tenants()}}
    if tenant and tenant not in trails:
        raise Problem(f"There is no tenant {tenant}.", Exit.NOT_FOUND)
    chosen = {tenant: trails[tenant]} if tenant else trails
    found = {name: facade.verify_audit(id, expected=head) for name, id in chosen.items()}
    facts = {name: _facts(verdict) for name, verdict in found.items()}
    show(facts, form, lambda: _print_all(found))
    return Exit.EXECUTION_FAILED if any(each.findings for each in found.values()) else Exit.OK


def _facts(verdict: Verdict) -> dict[str, object]:
    findings = [{"seq": each.seq, "what": each.what} for each in verdict.findings]
    return {"checked": verdict.checked, "head": str(verdict.head), "findings": findings}


def _print_all(found: Mapping[str, Verdict]) -> None:
    for name, verdict in found.items():
        _print(name, verdict)


def _print(name: str, verdict: Verdict) -> None:
    bad = click.style("bad ", fg="red")
    mark = bad if verdict.findings else click.style("ok  ", fg="green")
    click.echo(f"{mark}  {name}: {verdict.checked} entries, head {verdict.head}")
    for finding in verdict.findings:
        click.echo(f"      {finding.seq or ''} {finding.what}")
