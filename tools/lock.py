"""Writes the checksums of everything that CI installs, from the versions of constraints.txt.

    python tools/lock.py            asks pip for the files of this platform, and writes locks/PLATFORM/GROUP.txt
    python tools/lock.py --name     prints the folder of this platform, for the Makefile

A group is `runtime` (what scoregen needs), `build` (what builds it) or `dev` (what tests it); each holds what those
before it lack. They are installed with `pip install --require-hashes --no-deps`, so that nothing else comes along.
torch is the build for CPUs: pip takes the one that it finds with the checksum.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
GROUPS = ("runtime", "build", "dev")
HEAD = "# Written by tools/lock.py: the files that pip installs for {}, with their SHA-256.\n"


def platform_name() -> str:
    """The platform and interpreter, such as `linux-x86_64-cp311`."""
    system = sysconfig.get_platform().replace("_", "-", 1) if sys.platform == "darwin" else sysconfig.get_platform()
    return f"{system}-cp{''.join(platform.python_version_tuple()[:2])}"


def files_of_pip() -> dict[str, dict[str, Any]]:
    """By normalised name, what pip would install for the lines of constraints.txt."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed"]
        subprocess.run(
            [*command, "--report", str(report), "--requirement", str(ROOT / "constraints.txt")], check=True, cwd=ROOT
        )
        entries = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {normalised(entry["metadata"]["name"]): entry for entry in entries}


def normalised(name: str) -> str:
    """The name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted_by(group: str) -> list[str]:
    """The requirements that pyproject.toml states for a group."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if group == "build":
        return [*declared["build-system"]["requires"], "editables"]  # which hatchling wants for `pip install -e`
    project = declared["project"]
    return list(project["dependencies"] if group == "runtime" else project["optional-dependencies"][group])


def closure(requirements: Iterable[str], found: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The names of what the requirements need in this environment, and what that needs."""
    from packaging.requirements import Requirement

    needed: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = normalised(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in needed:
                needed.add((name, wanted))
                rows = found[name]["metadata"].get("requires_dist", [])
                waiting += [(Requirement(text), wanted) for text in rows]
    return {name for name, _ in needed}


def line_of(entry: Mapping[str, Any]) -> str:
    """The pinned requirement with its checksum; the local part of a version, such as +cpu, is left to the checksum."""
    metadata, checksum = entry["metadata"], entry["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{normalised(metadata['name'])}=={metadata['version'].partition('+')[0]} --hash=sha256:{checksum}\n"


def write_locks() -> None:
    """Write the files of all groups for this platform."""
    found, locked = files_of_pip(), set[str]()
    folder = LOCKS / platform_name()
    folder.mkdir(parents=True, exist_ok=True)
    for group in GROUPS:
        names = closure(wanted_by(group), found) - locked
        locked |= names
        text = "".join(line_of(found[name]) for name in sorted(names))
        (folder / f"{group}.txt").write_text(HEAD.format(platform_name()) + text, encoding="utf-8")
        print(f"{group}: {len(names)} files")


def main() -> None:
    if "--name" in sys.argv[1:]:
        print(LOCKS.relative_to(ROOT) / platform_name())
    else:
        write_locks()


if __name__ == "__main__":
    main()
