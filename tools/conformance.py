"""`make conformance`: runs the language's cases against a server of their own, and judges them.

    python tools/conformance.py FOLDER [arguments of its run.py]

FOLDER holds the cases and their driver. The report is compared with the list of decisions,
docs/decisions/conformance.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import compare_conformance
from instance import DOWNBEAT, ROOT, Instance

DECISIONS = ROOT / "docs" / "decisions" / "conformance.json"
JOBS = "4"
# What the cases take for granted about the instance.
SETTINGS = {
    "DOWNBEAT_TEST_TYPES": "1",
    "DOWNBEAT_ALLOW_PROCESS_LAUNCHER": "1",
    "DOWNBEAT_LAUNCHER": "process",
    "DOWNBEAT_EGRESS": "open",
    "DOWNBEAT_ENV_TEST1": "true",
    "DOWNBEAT_ENV_TEST2": "Pass by env",
    "DOWNBEAT_GLOBALS": json.dumps(
        {"string": "string", "int": 1, "bool": True, "nested": {"int": 2}}
    ),
    "DOWNBEAT_MESSAGE_LIMIT_BYTES": "1048576",
    "DOWNBEAT_CONCURRENCY": "16",
}
CAPABILITIES = ("test-types", "encryption", "env-globals", "size-limit-1mib", "workers>=4")


def main(arguments: list[str]) -> int:
    """Runs the cases; 0 when the report is as decided."""
    if not arguments or not (Path(arguments[0]) / "run.py").exists():
        print("There are no conformance cases: set CONFORMANCE_DIR to their folder.")
        return 2
    folder, extra = Path(arguments[0]).absolute(), arguments[1:]
    with Instance([DOWNBEAT, "up", "--bare"], SETTINGS) as instance:
        report = instance.home / "report.json"
        made = instance.run(
            "token", "create", "--instance-admin", "--name", "conformance", "-o", "json"
        )
        command = [sys.executable, str(folder / "run.py"), "--url", instance.url]
        command += ["--token", json.loads(made)["token"], "--report", str(report), "--jobs", JOBS]
        for capability in CAPABILITIES:
            command += ["--have", capability]
        subprocess.run([*command, *extra])
        if not report.exists():
            print("The driver wrote no report.", file=sys.stderr)
            return 2
        return compare_conformance.main([str(report), str(DECISIONS)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
