"""Use an installed scoregen as a new user does: in an empty folder, without the repository.

python -P tools/smoke_test.py REPOSITORY

The interpreter is that of the environment in which scoregen is installed. Every command must end with its exit code,
write its files, and print nothing but its own messages on standard error.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("scoregen")
SCRIPT = """
import scoregen
result = scoregen.compose("melody.musicxml", seed=1)
result.save("python.pdf", "python.mid")
print(result, len(scoregen.check(result).findings), scoregen.analyze(result).key)
"""


def run(folder: Path, *arguments: str, code: int = 0, files: tuple[str, ...] = ()) -> str:
    """Run one command in the folder; its standard output."""
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )
    shown = f"scoregen {' '.join(arguments)}"
    assert done.returncode == code, f"{shown}: exit code {done.returncode}\n{done.stderr}"
    foreign = [line for line in done.stderr.splitlines() if not line.startswith("scoregen: ")]
    assert not foreign, f"{shown}: found on standard error: {foreign}"
    missing = [name for name in files if not (folder / name).stat().st_size]
    assert not missing, f"{shown}: did not write {missing}"
    print(f"ok  {shown}")
    return done.stdout


def main(repository: Path) -> None:
    package = Path(find_spec("scoregen").origin or "").parent  # type: ignore[union-attr]
    assert not package.is_relative_to(repository / "scoregen"), f"{package} is the source, not an installation"
    melody = package / "_data" / "corpora" / "samples" / "hymn-to-joy.musicxml"
    with tempfile.TemporaryDirectory(prefix="scoregen-smoke-") as name:
        folder = Path(name)
        (folder / "melody.musicxml").write_bytes(melody.read_bytes())
        assert run(folder, "--version") == f"scoregen {version('scoregen')}\n"
        assert "Advanced options:" in run(folder, "compose", "--help")
        run(folder, "compose", "melody.musicxml", files=("melody.satb.musicxml",))
        run(folder, "compose", "melody.musicxml", "-o", "pages/.pdf", files=("pages/melody.satb.pdf",))
        run(folder, "compose", "--measures", "8", "-o", "new.musicxml", "-o", "new.mid", files=("new.mid",))
        assert "rules: free" in run(folder, "check", "melody.satb.musicxml", "--rules", "free")
        run(folder, "render", "melody.satb.musicxml", files=("melody.satb.pdf",))
        run(folder, "render", "melody.satb.musicxml", "-o", ".png", "-o", ".svg", "-o", ".mid")
        assert run(folder, "analyze", "melody.satb.musicxml").startswith("Key: F major")
        run(folder, "explain", "melody.satb.musicxml", files=("melody.satb.explained.html",))
        assert "# The rules of part-writing" in run(folder, "manual", "rules")
        run(folder, "doctor")
        run(folder, "compose", ".", code=2)
        done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not done.stderr, done.stderr
        assert (folder / "python.pdf").is_file()
        print(f"ok  python: {done.stdout.strip()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
