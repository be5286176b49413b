"""`downbeat flow`: sources in files, and the flows of the server."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from downbeat.cli.output import Form, output_option, show, table
from downbeat.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from downbeat.cli.client import Client
    from flows.spec.modernise import Modernised

PATHS = click.Path(exists=True, path_type=Path)
ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Source:
    """One flow in a file."""

    path: Path
    namespace: str
    id: str
    text: str


@click.group()
def flow() -> None:
    """Validate, deploy and look at flows."""


@flow.command()
@click.argument("paths", nargs=-1, required=True, type=PATHS)
@output_option
def validate(*, paths: tuple[Path, ...], form: Form) -> None:
    """Check sources with the server; nothing is stored."""
    from downbeat.cli.client import Client

    findings: list[dict[str, Any]] = []
    with Client() as client:
        for path in _files(paths):
            text = path.read_text(encoding="utf-8")
            answers = client.send_yaml("POST", "flows", "validate", source=text)
            findings += [{"file": str(path), **answer} for answer in answers]
    show(findings, form, lambda: _print_findings(findings))
    if any(one.get("constraints") for one in findings):
        raise Problem("Some flows are not valid.", Exit.INVALID)


@flow.command()
@click.argument("paths", nargs=-1, required=True, type=PATHS)
@output_option
def apply(*, paths: tuple[Path, ...], form: Form) -> None:
    """Create or update the flows of files and folders."""
    from downbeat.cli.client import Client

    with Client() as client:
        done = [_apply(client, source) for source in sources(paths)]
    rows = [(one["result"], one["namespace"], one["id"], one["revision"]) for one in done]
    heads = ("result", "namespace", "flow", "revision")
    show(done, form, lambda: table(heads, rows))


@flow.command()
@click.argument("paths", nargs=-1, required=True, type=PATHS)
def diff(*, paths: tuple[Path, ...]) -> None:
    """Show what `apply` would change."""
    from downbeat.cli.client import Client

    with Client() as client:
        for source in sources(paths):
            here = f"{source.namespace}.{source.id}"
            lines = difflib.unified_diff(
                (_stored(client, source) or "").splitlines(keepends=True),
                source.text.splitlines(keepends=True),
                fromfile=f"{here} (server)",
                tofile=str(source.path),
            )
            for line in lines:
                click.secho(line.rstrip("\n"), fg={"+": "green", "-": "red"}.get(line[0]))


@flow.command()
@click.argument("paths", nargs=-1, required=True, type=PATHS)
@click.option("--check", is_flag=True, help="Change nothing; exit with 5 if there is work.")
@output_option
def fix(*, paths: tuple[Path, ...], check: bool, form: Form) -> None:
    """Rewrite deprecated forms in files; comments and order stay. Needs no server."""
    from flows.spec.modernise import modernise
    from flows.spec.registry import load_registry

    registry, rows, work = load_registry(), list[dict[str, Any]](), False
    for path in _files(paths):
        found = modernise(path.read_bytes().decode("utf-8"), registry)
        work = work or bool(found.changes or found.left or found.errors)
        if found.changes and not check:
            path.write_bytes(found.source.encode("utf-8"))
        rows += _fixes(path, found, "would change" if check else "changed")
    shown = [tuple(row.values()) for row in rows]
    show(rows, form, lambda: table(("result", "place", "what"), shown))
    if any(row["result"] == "not valid" for row in rows) or (check and work):
        raise Problem("Some flows are not as they should be.", Exit.INVALID)


def _fixes(path: Path, found: Modernised, verb: str) -> Iterator[dict[str, Any]]:
    for change in found.changes:
        what = f"{change.before} → {change.after}" if change.before else f"+ {change.after}"
        yield {"result": verb, "place": f"{path}:{change.line}", "what": what}
    for left in found.left:
        yield {"result": "left to you", "place": f"{path}:{left.line}", "what": left.message}
    for error in found.errors:
        yield {"result": "not valid", "place": f"{path}:{error.line}", "what": error.message}


@flow.command("list")
@click.option("--namespace", "-n", help="Only this namespace and those below it.")
@click.option("--size", type=click.IntRange(1, 1000), default=100, show_default=True)
@output_option
def list_flows(*, namespace: str | None, size: int, form: Form) -> None:
    """List flows."""
    from downbeat.cli.client import Client

    query: dict[str, Any] = {"page": 1, "size": size}
    if namespace:
        query["filters[namespace][PREFIX]"] = namespace
    with Client() as client:
        found = client.get("flows", "search", **query)["results"]
    rows = [
        (one["namespace"], one["id"], one.get("revision"), "yes" if one.get("disabled") else "")
        for one in found
    ]
    show(found, form, lambda: table(("namespace", "flow", "revision", "disabled"), rows))


@flow.command()
@click.argument("namespace")
@click.argument("flow_id", metavar="FLOW")
@click.option("--revision", type=int, help="An older revision.")
@output_option
def get(*, namespace: str, flow_id: str, revision: int | None, form: Form) -> None:
    """Print a flow's source."""
    from downbeat.cli.client import Client

    with Client() as client:
        found = client.get("flows", namespace, flow_id, source="true", revision=revision)
    show(found, form, lambda: click.echo(found.get("source", ""), nl=False))


def sources(paths: tuple[Path, ...]) -> Iterator[Source]:
    """Every flow in the files and folders, in order; a file may hold several."""
    import yaml

    for path in _files(paths):
        text = path.read_text(encoding="utf-8")
        try:
            parts = list(_documents(text))
            heads = [yaml.safe_load(part) for part in parts]
        except yaml.YAMLError as problem:
            raise Problem(f"{path}: {problem}", Exit.INVALID) from None
        for part, head in zip(parts, heads, strict=True):
            if not isinstance(head, dict) or not {"id", "namespace"} <= head.keys():
                raise Problem(f"{path}: a flow needs an id and a namespace", Exit.INVALID)
            yield Source(path, str(head["namespace"]), str(head["id"]), part)


def _documents(text: str) -> Iterator[str]:
    """The texts between the `---` lines, as they stand, comments and all."""
    import yaml

    lines = text.splitlines(keepends=True)
    borders = [
        event.start_mark.line
        for event in yaml.parse(text, Loader=yaml.CSafeLoader)
        if isinstance(event, yaml.DocumentStartEvent) and event.explicit and event.start_mark
    ]
    for begin, end in zip([-1, *borders], [*borders, len(lines)], strict=True):
        part = "".join(lines[begin + 1 : end])
        if yaml.safe_load(part) is not None:
            yield part


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix in ENDINGS)
        else:
            yield path


def _apply(client: Client, source: Source) -> dict[str, Any]:
    before = _stored(client, source)
    if before is None:
        answer = client.send_yaml("POST", "flows", source=source.text)
    else:
        place = ("flows", source.namespace, source.id)
        answer = client.send_yaml("PUT", *place, source=source.text)
    changed = "unchanged" if before == source.text else "updated"
    return {
        "result": "created" if before is None else changed,
        "namespace": source.namespace,
        "id": source.id,
        "revision": answer.get("revision"),
    }


def _stored(client: Client, source: Source) -> str | None:
    try:
        found = client.get("flows", source.namespace, source.id, source="true")
    except Problem as problem:
        if problem.exit_code == Exit.NOT_FOUND:
            return None
        raise
    return str(found.get("source") or "")


def _print_findings(findings: list[dict[str, Any]]) -> None:
    for one in findings:
        name = f"{one['file']}: {one.get('namespace', '?')}.{one.get('flow', '?')}"
        if one.get("constraints"):
            click.echo(f"{click.style('invalid', fg='red')}  {name}")
            click.echo("\n".join(f"  {line}" for line in str(one["constraints"]).splitlines()))
        else:
            click.echo(f"{click.style('valid', fg='green')}    {name}")
        for old in one.get("deprecationPaths") or []:
            click.echo(f"  deprecated: {old}")
        for info in one.get("infos") or []:
            click.echo(f"  {info}")
