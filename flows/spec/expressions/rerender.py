"""Rendering a text inside an evaluation: what `render()` and `renderOnce()` do.

Recursion follows templates, not data. `render(vars.x)` renders the text of `vars.x`, and while it
does, every template that it reads from variables, and so on. What it reads from a trigger, an
input, an output, a secret or a key is printed as it is: a webhook that sends `{{ secret('K') }}`
gets that text back.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.spec.expressions.frame import Frame
from flows.spec.expressions.tokens import is_template
from flows.spec.expressions.values import Value


def render_nested(frame: Frame, text: str, *, follow: bool) -> str:
    """The rendered text, drawn on the same meter, seeing the same names."""
    # Templates are compiled from closures that may themselves render: the import cannot be early.
    from flows.spec.expressions.template import compile_template

    frame.meter.enter()
    before, frame.follow = frame.follow, follow
    try:
        return compile_template(text).render_in(frame)
    finally:
        frame.follow = before
        frame.meter.leave()


def render_deep(frame: Frame, value: Value, *, follow: bool) -> Value:
    """A value whose texts are rendered, in lists and in keys and values of maps."""
    if isinstance(value, str):
        return render_nested(frame, value, follow=follow) if is_template(value) else value
    if isinstance(value, Mapping):
        frame.meter.items(len(value))
        return {
            str(render_deep(frame, str(key), follow=follow)): render_deep(
                frame, item, follow=follow
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        frame.meter.items(len(value))
        return [render_deep(frame, item, follow=follow) for item in value]
    return value
