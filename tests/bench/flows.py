"""The flows that the benchmarks run."""

from __future__ import annotations

FIBONACCI = """
        def fibonacci(n):
            return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
        fibonacci(10)
"""


def _python(task_id: str, *, indent: int = 2, script: str = FIBONACCI) -> str:
    pad = " " * indent
    body = "\n".join(
        f"{pad}    {line.strip(chr(10))[8:]}" for line in script.splitlines() if line.strip()
    )
    return f"{pad}- id: {task_id}\n{pad}  type: scripts.python.Script\n{pad}  script: |\n{body}\n"


def python_chain(length: int) -> str:
    """W1: light Python tasks, one after the other."""
    tasks = "".join(_python(f"t{number}") for number in range(length))
    return f"id: w1\nnamespace: bench\ntasks:\n{tasks}"


def inline_chain(length: int) -> str:
    """The same length of inline tasks."""
    tasks = "".join(
        f"  - id: t{number}\n    type: core.debug.Return\n    format: '{{{{ task.id }}}}'\n"
        for number in range(length)
    )
    return f"id: inline\nnamespace: bench\ntasks:\n{tasks}"


def python_fan(width: int) -> str:
    """W2: parallel light Python tasks and a join."""
    tasks = "".join(_python(f"t{number}", indent=6) for number in range(width))
    return (
        "id: w2\nnamespace: bench\ntasks:\n"
        f"  - id: fan\n    type: core.flow.Parallel\n    tasks:\n{tasks}"
        "  - id: join\n    type: core.debug.Return\n    format: done\n"
    )


def inline_loop(count: int) -> str:
    """A loop of inline iterations."""
    return f"""id: loop{count}
namespace: bench
tasks:
  - id: each
    type: core.flow.ForEach
    values: "{{{{ range(1, {count}) }}}}"
    tasks:
      - id: item
        type: core.debug.Return
        format: "{{{{ taskrun.value }}}}"
"""


def stamp() -> str:
    """W3: a Python task that tells when its code began."""
    script = """
        import time
        print('::{"outputs": {"at": %r}}::' % time.time())
"""
    return f"id: w3\nnamespace: bench\ntasks:\n{_python('stamp', script=script)}"


def single() -> str:
    """W4: one light Python task."""
    return f"id: w4\nnamespace: bench\ntasks:\n{_python('only')}"


def busy(count: int) -> str:
    """W5: tasks that each compute for about a second, and say for how long."""
    script = """
        import time
        began = time.perf_counter()
        while time.perf_counter() - began < 1.0:
            sum(range(1000))
        print('::{"outputs": {"seconds": %r}}::' % (time.perf_counter() - began))
"""
    tasks = "".join(_python(f"t{number}", script=script) for number in range(count))
    return f"id: w5\nnamespace: bench\ntasks:\n{tasks}"


def webhook() -> str:
    """A webhook that starts two inline tasks."""
    return """id: hook
namespace: bench
tasks:
  - id: first
    type: core.log.Log
    message: "got {{ trigger.body.n }}"
  - id: second
    type: core.debug.Return
    format: "{{ trigger.body.n }}"
triggers:
  - id: web
    type: core.trigger.Webhook
    key: benchmark-key-0123456789
"""
