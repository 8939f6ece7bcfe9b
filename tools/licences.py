"""The licences of what is installed, and the bill of materials.

    python tools/licences.py report [FILE.json]   a line for each package; fails for a licence that is not accepted
    python tools/licences.py sbom FILE.json       the packages that scoregen needs, as CycloneDX 1.6

Both read the metadata of the packages in this environment. A licence is the SPDX expression that a package states, else
that of its classifiers, else what LICENCES names by its text. What scoregen needs (`base`) must have a licence of
ACCEPTED; what only tests and builds it may have others, but none that is unknown.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ACCEPTED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-CMU"),
        *("MPL-2.0", "PSF-2.0", "Unlicense", "Zlib", "LLVM-exception"),
        "LGPL-3.0-only",  # verovio, unchanged, in a process of its own
    }
)
LICENCES = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "PSFL": "PSF-2.0",
}
"""SPDX identifiers of classifiers and of the short texts that older packages state."""
READ = dict.fromkeys(
    ("contourpy", "cycler", "jinja2", "kiwisolver", "mpmath", "pysocks", "scipy", "sympy"), "BSD-3-Clause"
)
"""Licences read in the files of packages whose metadata say no more than BSD."""
UNKNOWN = "NOASSERTION"
_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_OPERATORS = {"AND", "OR", "WITH"}


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package: `licence` is an SPDX expression, `base` whether scoregen itself needs it."""

    name: str
    version: str
    licence: str
    base: bool
    needs: tuple[str, ...]

    @property
    def fault(self) -> str:
        """What is wrong with the licence; empty if it may be installed."""
        if self.licence == UNKNOWN:
            return "no licence is stated"
        words = set(re.findall(r"[A-Za-z0-9.+-]+", self.licence)) - _OPERATORS
        strange = sorted(words - ACCEPTED)
        return f"{', '.join(strange)} is not accepted" if strange and self.base else ""


def packages() -> tuple[Package, ...]:
    """The installed packages except scoregen and pip, in order."""
    found = {canonicalize_name(each.metadata["Name"]): each for each in metadata.distributions()}
    base = closure(runtime_requirements(), found)
    return tuple(
        Package(name, each.version, licence_of(each), name in base, tuple(sorted(_needs(each, found))))
        for name, each in sorted(found.items())
        if name not in ("scoregen", "pip")
    )


def runtime_requirements() -> list[str]:
    """The names that pyproject.toml states as dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [_name(text) for text in project["dependencies"]]


def closure(names: list[str], found: Mapping[str, metadata.Distribution]) -> set[str]:
    """The names and all that they need. SystemExit for one that is not installed."""
    needed, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        if name not in found:
            sys.exit(f"{name} is not installed; install scoregen first")
        needed.add(name)
        waiting += _needs(found[name], found)
    return needed


def _needs(package: metadata.Distribution, found: Mapping[str, metadata.Distribution]) -> set[str]:
    """The installed packages that a package needs here, without its extras."""
    rows = [Requirement(text) for text in package.requires or ()]
    here = [row for row in rows if row.marker is None or row.marker.evaluate({"extra": ""})]
    return {canonicalize_name(row.name) for row in here} & set(found)


def _name(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def licence_of(package: metadata.Distribution) -> str:
    """The licence as an SPDX expression; UNKNOWN if the metadata do not tell."""
    about, name = package.metadata, canonicalize_name(package.metadata["Name"])
    if name in READ:
        return READ[name]
    stated = about.get("License-Expression") or about.get("License") or ""
    named = LICENCES.get(stated.strip(), stated.strip())
    if _SPDX.fullmatch(named) and set(re.findall(r"[A-Za-z0-9.+-]+", named)) - _OPERATORS:
        return named
    classifiers = [row.rpartition(" :: ") for row in about.get_all("Classifier") or ()]
    known = [LICENCES[name] for kind, _, name in classifiers if kind.startswith("License") and name in LICENCES]
    return " OR ".join(known) or UNKNOWN


def report(target: Path | None) -> int:
    """Print the licences, write them as JSON if asked, and return the exit code: 1 for a fault."""
    rows = packages()
    for row in rows:
        print(f"{row.name:28} {row.version:16} {'base' if row.base else 'tools':6} {row.licence}")
    if target is not None:
        values = [{"name": r.name, "version": r.version, "base": r.base, "licence": r.licence} for r in rows]
        _write(target, values)
    faults = [f"{row.name}: {row.fault}" for row in rows if row.fault]
    print(f"{len(rows)} packages, {sum(row.base for row in rows)} that scoregen needs; {len(faults)} faults")
    for fault in faults:
        print(f"licences: error: {fault}", file=sys.stderr)
    return 1 if faults else 0


def bill_of_materials() -> dict[str, Any]:
    """The packages that scoregen needs as a CycloneDX 1.6 document; equal installations give equal documents."""
    rows = [row for row in packages() if row.base]
    text = (ROOT / "scoregen" / "system" / "version.py").read_text(encoding="utf-8")
    version = text.rpartition("= ")[2].strip().strip('"')
    root = {"type": "application", "bom-ref": "scoregen", "name": "scoregen", "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**root, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": list(map(_component, rows)),
        "dependencies": [
            {"ref": "scoregen", "dependsOn": sorted(set(runtime_requirements()))},
            *({"ref": row.name, "dependsOn": list(row.needs)} for row in rows),
        ],
    }


def _component(row: Package) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": row.name,
        "name": row.name,
        "version": row.version,
        "purl": f"pkg:pypi/{row.name}@{row.version.replace('+', '%2B')}",
        "licenses": [{"expression": row.licence}],
    }
    checksums = [{"alg": "SHA-256", "content": digest} for digest in _checksums(row.name)]
    return {**component, "hashes": checksums} if checksums else component


def _checksums(name: str) -> Iterator[str]:
    """The SHA-256 of the files of a package in the locks."""
    for path in sorted((ROOT / "locks").glob("*/*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}=="):
                yield line.rpartition("sha256:")[2]


def problems_of(document: Mapping[str, Any]) -> str:
    """What the schema of CycloneDX finds wrong; empty for a valid document."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return str(JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document)) or "")


def sbom(target: Path) -> int:
    """Write the bill of materials, and check it against the schema; the exit code."""
    document = bill_of_materials()
    _write(target, document)
    problems = problems_of(document)
    print(f"{target}: {len(document['components'])} components")
    if problems:
        print(f"sbom: error: {problems}", file=sys.stderr)
    return 1 if problems else 0


def _write(target: Path, value: object) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    match sys.argv[1:]:
        case ["report"]:
            sys.exit(report(None))
        case ["report", target]:
            sys.exit(report(Path(target)))
        case ["sbom", target]:
            sys.exit(sbom(Path(target)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
