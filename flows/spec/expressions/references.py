"""What a template refers to, read off its tree: for lint, completion, lineage and secrets."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.spec.expressions.nodes import (
    Arguments,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Chain,
    Expression,
    Filter,
    FilterBlock,
    For,
    If,
    ListLiteral,
    Literal,
    Macro,
    MapLiteral,
    Name,
    Print,
    Set,
    Statement,
    Ternary,
    Test,
    Text,
    Unary,
)

_NAMED_BY_LITERAL = frozenset({"secret", "kv"})
_RENDERING = frozenset({"render", "renderOnce"})
_DATA_ROOTS = frozenset({"outputs", "inputs", "vars", "envs"})

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class References:
    """Everything a template may read, as far as its text tells; sorted, without repeats."""

    names: tuple[str, ...] = ()
    """Root names that come from the context."""
    paths: tuple[Path, ...] = ()
    """Every path from a root name, as far as its keys are written out."""
    outputs: tuple[Path, ...] = ()
    inputs: tuple[str, ...] = ()
    """Ids of inputs, with dots where the path has more keys."""
    vars: tuple[str, ...] = ()
    envs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    kv: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    has_dynamic: bool = False
    """True when something is named by a computed value, so that this list may not be all."""


NO_REFERENCES = References()


@dataclass(slots=True)
class _Finder:
    paths: set[Path] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    kv: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    filters: set[str] = field(default_factory=set)
    macros: set[str] = field(default_factory=set)
    local: list[set[str]] = field(default_factory=lambda: [set()])
    dynamic: bool = False

    def body(self, body: Body, *names: str) -> None:
        self.local.append(set(names))
        for statement in body:
            self.statement(statement)
        self.local.pop()

    def statement(self, statement: Statement) -> None:
        match statement:
            case Text():
                pass
            case Print(expression):
                self.expression(expression)
            case If(branches, otherwise):
                for condition, body in branches:
                    self.expression(condition)
                    self.inline(body)
                self.inline(otherwise)
            case For(targets, iterable, body, otherwise):
                self.expression(iterable)
                self.body(body, "loop", *targets)
                self.inline(otherwise)
            case Set(name, value):
                if isinstance(value, tuple):
                    self.inline(value)
                else:
                    self.expression(value)
                self.local[-1].add(name)
            case Block(body=body):
                self.body(body)
            case Macro(name, parameters, body):
                self.macros.add(name)
                for _, default in parameters:
                    self.optional(default)
                self.body(body, *(name for name, _ in parameters))
            case FilterBlock(marker, filtered, body):
                self.inline(body)
                self.local.append({marker})
                self.expression(filtered)
                self.local.pop()

    def inline(self, body: Body) -> None:
        """A body without names of its own."""
        for statement in body:
            self.statement(statement)

    def optional(self, expression: Expression | None) -> None:
        if expression is not None:
            self.expression(expression)

    def expression(self, node: Expression) -> None:
        match node:
            case Literal():
                pass
            case Name() | Attribute():
                self.path(node)
            case Call():
                self.call(node)
            case Filter(base, name, arguments):
                self.filters.add(name)
                self.expression(base)
                self.arguments(arguments)
            case Test(base, _, arguments):
                self.expression(base)
                self.arguments(arguments)
            case Unary(operand=operand):
                self.expression(operand)
            case Binary(left=left, right=right):
                self.all(left, right)
            case Chain(operands=operands):
                self.all(*operands)
            case Ternary(condition, then, otherwise):
                self.all(condition, then, otherwise)
            case ListLiteral(items):
                self.all(*items)
            case MapLiteral(pairs):
                for key, value in pairs:
                    self.all(key, value)

    def all(self, *nodes: Expression) -> None:
        for node in nodes:
            self.expression(node)

    def arguments(self, arguments: Arguments) -> None:
        self.all(*arguments.positional, *(value for _, value in arguments.named))

    def call(self, node: Call) -> None:
        self.functions.add(node.name)
        self.arguments(node.arguments)
        if node.name in _RENDERING:
            self.dynamic = True
        if node.name in _NAMED_BY_LITERAL:
            named = dict(node.arguments.named)
            first = node.arguments.positional[0] if node.arguments.positional else named.get("key")
            if isinstance(first, Literal) and isinstance(first.value, str):
                (self.secrets if node.name == "secret" else self.kv).add(first.value)
            else:
                self.dynamic = True

    def path(self, node: Expression) -> None:
        """Record a path up to its first computed key; the keys' own expressions are read too."""
        keys: list[Expression] = []
        while isinstance(node, Attribute):
            keys.append(node.key)
            node = node.base
        keys.reverse()
        self.all(*(key for key in keys if not isinstance(key, Literal)))
        if not isinstance(node, Name):
            self.expression(node)
        elif not any(node.name in names for names in self.local):
            self.root(node.name, keys)

    def root(self, name: str, keys: list[Expression]) -> None:
        path = [name]
        for key in keys:
            if not isinstance(key, Literal):
                self.dynamic = self.dynamic or (len(path) == 1 and name in _DATA_ROOTS)
                break
            path.append(str(key.value))
        self.paths.add(tuple(path))

    def found(self) -> References:
        return References(
            names=tuple(sorted({path[0] for path in self.paths})),
            paths=tuple(sorted(self.paths)),
            outputs=tuple(sorted(path for path in self.paths if path[0] == "outputs")),
            inputs=self._ids("inputs"),
            vars=self._ids("vars"),
            envs=self._ids("envs"),
            secrets=tuple(sorted(self.secrets)),
            kv=tuple(sorted(self.kv)),
            functions=tuple(sorted(self.functions - self.macros)),
            filters=tuple(sorted(self.filters)),
            has_dynamic=self.dynamic,
        )

    def _ids(self, root: str) -> tuple[str, ...]:
        found = {".".join(path[1:]) for path in self.paths if path[0] == root and len(path) > 1}
        return tuple(sorted(found))


def references_of(body: Body) -> References:
    """The references of a template."""
    finder = _Finder()
    finder.inline(body)
    return finder.found()
