"""Hashes of what the command line writes, to see whether a change of the code changes any output.

    python tests/regression/outputs.py --write [FILE]      record the hashes
    python tests/regression/outputs.py --compare [FILE]    run again and name each output that differs
        [--only PATTERN] [--keep FOLDER]

FILE is `outputs.json` beside this script unless it is named. Each command of `COMMANDS` runs in a fresh
folder. The hashes are those of each file that it writes, of its standard output and of its messages; its
exit code is recorded as well. `VOLATILE` names what is replaced before hashing.

--compare ends with exit code 1 where an output differs, is missing or is new, unless `exceptions.toml`
gives the reason under the name of the output. --only runs the commands whose names match a pattern such
as 'check-*', and those that they need; with --write, the hashes of all other commands stay as they are.
--keep leaves all outputs in a folder, one folder a command, so that two runs can be compared by hand.

The script uses the command line and the standard library only, and runs the code of its own checkout.
The novelty index and the fonts are made anew in each run. Hashes hold for the versions of libraries in
`constraints.txt`. On another kind of processor, log-likelihoods and the figures of `explain` and of
`evaluate --likelihood` differ in their last digits; notes and pages are the same. The PDF report of `evaluate`
holds the version in a compressed page, where nothing is replaced: a new version makes it differ.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
RECORDED = HERE / "outputs.json"
EXCEPTIONS = HERE / "exceptions.toml"
SHIPPED = {"samples": REPOSITORY / "corpora" / "samples", "inputs": HERE / "inputs"}
"""Folders of input files by the name that stands before the slash in `Command.inputs`."""
AT_ONCE = 2
"""Commands that run at the same time; the network runs on one thread."""
LIMIT_SECONDS = 300
STDOUT, MESSAGES, EXIT_CODE = "stdout", "messages", "exit-code"
OURS = "scoregen:"
"""Begins each message of the program; what libraries say on standard error is kept, and not recorded."""

Hashes = dict[str, str]
"""By output, as in `compose-joy/joy.mid`."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, and the files that are copied into its folder first.

    An input is a shipped file (`samples/...`, `inputs/...`) or a file of an earlier command (`compose-joy/...`).
    """

    name: str
    line: str
    inputs: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """The commands that must have run before."""
        return tuple(dict.fromkeys(source for text in self.inputs if (source := _source(text)) not in SHIPPED))


@dataclass(frozen=True, slots=True)
class Volatile:
    """Bytes that may change although the output is the same, and what stands for them in the hash."""

    what: str
    pattern: bytes
    replacement: bytes


JOY, DANKET, SONG = "compose-joy/joy.musicxml", "compose-danket/danket.musicxml", "compose-song/song.musicxml"
LULLABY, MINUET, WALTZ = "inputs/lullaby.musicxml", "inputs/minuet.musicxml", "compose-new/waltz.musicxml"
COUNTED = tuple(f"compose-count/danket-{rank:03}.musicxml" for rank in (1, 2, 3))

COMMANDS = (
    # Each stands after those that it needs.
    Command(
        "compose-joy",
        "compose hymn-to-joy.musicxml --provenance"
        " -o joy.musicxml -o joy.mxl -o joy.mid -o joy.svg -o joy.pdf -o joy.png",
        ("samples/hymn-to-joy.musicxml",),
    ),
    Command(
        "compose-count",
        "compose nun-danket.musicxml --count 3 --seed 7 --provenance --json -o danket.musicxml -o danket.mid",
        ("samples/nun-danket.musicxml",),
    ),
    Command(
        "evaluate-json", "evaluate . --against bach-chorales --draws 1 --likelihood --json -o report.html", COUNTED
    ),
    Command(
        "compose-danket",
        "compose nun-danket.musicxml --json -o danket.musicxml -o danket.pdf",
        ("samples/nun-danket.musicxml",),
    ),
    Command(
        "compose-song",
        "compose morning-song.musicxml -o song.musicxml -o song.svg",
        ("samples/morning-song.musicxml",),
    ),
    Command(
        "compose-lullaby",
        "compose lullaby.musicxml --provenance --json -o choir.musicxml -o choir.mxl -o choir.pdf -o choir.mid",
        (LULLABY,),
    ),
    Command(
        "compose-bass", "compose bass.musicxml --role bass=1 -o upper.musicxml -o upper.mid", ("inputs/bass.musicxml",)
    ),
    Command(
        "compose-role",
        "compose morning-song.musicxml --role alto=1 -o low.musicxml",
        ("samples/morning-song.musicxml",),
    ),
    Command("compose-blank", "compose joy.musicxml --blank alto,tenor:5-8 -o anew.musicxml -o anew.png", (JOY,)),
    Command(
        "compose-blank-parts", "compose joy.musicxml --blank soprano --blank alto,tenor -o from-bass.musicxml", (JOY,)
    ),
    Command("compose-extend", "compose joy.musicxml --extend 4 --json -o longer.musicxml", (JOY,)),
    Command(
        "compose-new",
        "compose --key 'g minor' --time 3/4 --measures 8 --provenance -o waltz.musicxml -o waltz.svg -o waltz.mid",
    ),
    Command("compose-form", "compose --key 'd minor' --measures 12 --form AAB --tempo 60 -o bar.musicxml -o bar.pdf"),
    Command(
        "compose-upbeat", "compose --key 'E major' --measures 8 --anacrusis 1 --phrases 2 --seed 7 -o upbeat.musicxml"
    ),
    Command(
        "compose-plain",
        "compose morning-song.musicxml --candidates 1 --passes 0 --json -o plain.musicxml",
        ("samples/morning-song.musicxml",),
    ),
    Command(
        "compose-thorough",
        "compose hymn-to-joy.musicxml --passes 3 --candidates 4 --span 0 --seed 7 -o thorough.musicxml",
        ("samples/hymn-to-joy.musicxml",),
    ),
    Command(
        "compose-daring",
        "compose nun-danket.musicxml --temperature 1.3 --top-p 0.9 --seed 7 -o daring.musicxml",
        ("samples/nun-danket.musicxml",),
    ),
    Command("compose-finished", "compose joy.musicxml -o none.musicxml", (JOY,)),  # refused: nothing is blank
    Command(
        "render-joy",
        "render joy.musicxml --json -o all.musicxml -o all.mxl -o all.mid -o all.svg -o all.pdf -o all.png",
        (JOY,),
    ),
    Command(
        "render-lullaby",
        "render lullaby.musicxml -o all.musicxml -o all.mxl -o all.mid -o all.svg -o all.pdf -o all.png",
        (LULLABY,),
    ),
    Command(
        "render-minuet",
        "render minuet.musicxml -o all.musicxml -o all.mxl -o all.mid -o all.svg -o all.pdf -o all.png",
        (MINUET,),
    ),
    Command("render-abc", "render tune.abc -o tune.musicxml -o tune.svg -o tune.mid", ("inputs/tune.abc",)),
    Command("render-midi", "render joy.mid -o heard.musicxml -o heard.svg", ("compose-joy/joy.mid",)),
    Command("render-mxl", "render joy.mxl -o open.musicxml", ("compose-joy/joy.mxl",)),
    Command("analyze-joy", "analyze joy.musicxml", (JOY,)),
    Command("analyze-joy-json", "analyze joy.musicxml --json -o analysed.musicxml -o analysed.svg", (JOY,)),
    Command("analyze-danket", "analyze danket.musicxml --numerals harmony -o analysed.musicxml", (DANKET,)),
    Command("analyze-lullaby", "analyze lullaby.musicxml --json -o analysed.mxl -o analysed.pdf", (LULLABY,)),
    Command("analyze-minuet", "analyze minuet.musicxml", (MINUET,)),
    Command("check-joy", "check joy.musicxml", (JOY,)),
    Command("check-danket", "check danket.musicxml --rules free -o marked.musicxml -o marked.pdf", (DANKET,)),
    Command("check-song", "check song.musicxml --rules bach --fail-on note --json -o findings.sarif", (SONG,)),
    Command("check-choir", "check choir.musicxml --rules bach -o findings.sarif", ("compose-lullaby/choir.musicxml",)),
    Command("check-minuet", "check minuet.musicxml --json -o marked.musicxml -o marked.svg", (MINUET,)),
    Command("explain-joy", "explain joy.musicxml --json -o page.html -o page.json", (JOY,)),
    Command(
        "explain-upper",
        "explain upper.musicxml --given bass:1-4 --rules free -o page.json",
        ("compose-bass/upper.musicxml",),
    ),
    Command("novelty-joy", "novelty joy.musicxml --against bach-chorales -o nearest.svg", (JOY,)),
    Command(
        "novelty-waltz",
        "novelty waltz.musicxml --against bach-chorales --without 'bach/bwv66.6*' --json",
        (WALTZ,),
    ),
    Command("evaluate-text", "evaluate . --against bach-chorales --draws 1 --seed 7 -o report.pdf", COUNTED),
    Command("tokens-joy", "tokens joy.musicxml", (JOY,)),
    Command("tokens-lullaby", "tokens lullaby.musicxml --json", (LULLABY,)),
    Command("tokens-minuet", "tokens minuet.musicxml --check", (MINUET,)),
)

VOLATILE = (
    Volatile("date of a MusicXML file", rb"(<encoding-date>)[^<]*", rb"\1*"),
    Volatile("dates of a PDF file", rb"(/(?:CreationDate|ModDate)\s*)\([^)]*\)", rb"\1(*)"),
    Volatile("run times in JSON", rb'("seconds":\s*)\{[^{}]*\}', rb"\1{}"),
    Volatile("run time of sampling", rb'("sampling_seconds":\s*)[\d.e+-]+', rb"\g<1>0"),
    Volatile("version in text", rb"(scoregen )\d+\.\d+\.\d+\w*", rb"\1*"),
    Volatile("version in MusicXML", rb'("scoregen:version">)[^<]*', rb"\1*"),
    Volatile("version in JSON", rb'("version":\s*")\d+\.\d+\.\d+\w*', rb"\1*"),
    Volatile("checksum of weights in MusicXML", rb'("scoregen:weights">)[^<]*', rb"\1*"),
    Volatile("checksums of weights and calibration in JSON", rb'("(?:weights|calibration)":\s*")[0-9a-f]{64}', rb"\1*"),
    Volatile("checksum of weights in pages", rb"([Ww]eights:? )(?:[0-9a-f]{64}|[0-9a-f]{12})\b", rb"\1*"),
)
"""What is replaced in each file, in the members of each .mxl file, in standard output and in messages.

The paths of the command's folder, of the run's cache and of the repository are replaced as well. Ids in
SVG are numbered: the engraver derives them from the whole MusicXML text, to which version and checksums belong.
"""

SVG_ID = re.compile(rb'(?:<(?:g|svg|tspan)\b[^>]*?\sid="|MilestoneEnd |\bid-)([a-z][0-9a-z]{4,8})\b')
"""An id where it is given, or where a later page refers to it."""
WORD = re.compile(rb"\b[a-z][0-9a-z]{4,8}\b")


def main() -> int:
    """Record or compare; the exit code says whether all agrees."""
    arguments = _arguments()
    wanted = [command for command in COMMANDS if fnmatchcase(command.name, arguments.only)]
    if not wanted:
        sys.exit(f"no command matches {arguments.only!r}")
    recorded = _read(arguments.compare) if arguments.compare else {}
    with tempfile.TemporaryDirectory(prefix="outputs-") as temporary:
        found = run_all(wanted, arguments.keep or Path(temporary) / "outputs", Path(temporary) / "cache")
    if arguments.write:
        write(arguments.write, found, wanted)
        return 0
    before = {name: text for name, text in recorded.items() if fnmatchcase(_source(name), arguments.only)}
    return compare(before, found)


def run_all(wanted: Sequence[Command], folder: Path, cache: Path) -> Hashes:
    """The hashes of the wanted commands; the commands that they need run too."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {command.name for command in wanted}
    jobs: dict[str, Future[Hashes]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for command in _with_needs(names):
            before = [jobs[name] for name in command.needs]
            jobs[command.name] = pool.submit(_run_after, before, command, folder, cache)
    return {name: text for command in names for name, text in jobs[command].result().items()}


def run_one(command: Command, folder: Path, cache: Path) -> Hashes:
    """Run a command in a folder of its own; a command without its inputs is recorded as not run."""
    place = folder / command.name
    place.mkdir()
    inputs = [_path(text, folder) for text in command.inputs]
    if missing := [path.name for path in inputs if not path.is_file()]:
        return {f"{command.name}/{EXIT_CODE}": f"not run, no {', '.join(missing)}"}
    for path in inputs:
        shutil.copy(path, place)
    given = {path.name for path in inputs}
    code, output, errors = _run(command, place, cache)
    written = {path.relative_to(place).as_posix(): path.read_bytes() for path in _files(place)}
    contents = {name: data for name, data in written.items() if name not in given}
    contents |= {STDOUT: output, MESSAGES: _messages(errors)}
    (place / STDOUT).write_bytes(output)
    (place / MESSAGES).write_bytes(errors)
    paths = {b"<folder>": place, b"<cache>": cache, b"<repository>": REPOSITORY}
    hashes = {f"{command.name}/{name}": _digest(data, paths) for name, data in contents.items()}
    return {**hashes, f"{command.name}/{EXIT_CODE}": code}


def normalised(data: bytes, paths: Mapping[bytes, Path]) -> bytes:
    """The bytes without what is volatile; an .mxl file as the names and contents of its members."""
    if data.startswith(b"PK\x03\x04"):
        data = b"".join(_members(data))
    for name, path in paths.items():
        for text in {str(path), str(path.resolve())}:
            data = data.replace(text.encode(), name)
    for volatile in VOLATILE:
        data = re.sub(volatile.pattern, volatile.replacement, data)
    return _numbered_ids(data) if b"<svg" in data else data


def write(file: Path, found: Hashes, wanted: Sequence[Command]) -> None:
    """Record the hashes; those of known commands that did not run stay."""
    names = {command.name for command in COMMANDS} - {command.name for command in wanted}
    before = _read(file) if names and file.exists() else {}
    kept = {name: text for name, text in before.items() if _source(name) in names}
    file.write_text(f"{json.dumps({**kept, **found}, indent=1, sort_keys=True)}\n", encoding="utf-8")
    print(f"{len(found)} outputs of {len(wanted)} commands recorded in {file}")


def compare(recorded: Hashes, found: Hashes) -> int:
    """Print each output that is not as recorded; 1 where one of them is no exception."""
    reasons = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    unexpected = 0
    for name, state in _differences(recorded, found):
        reason = reasons.get(name)
        unexpected += reason is None
        print(f"{state:<8} {name}" + (f"  (expected: {reason})" if reason is not None else ""))
    print(f"{len(found)} outputs compared, {unexpected} not as recorded")
    return 1 if unexpected else 0


def _differences(recorded: Hashes, found: Hashes) -> Iterator[tuple[str, str]]:
    """The name of each output that is not as recorded, and in which way."""
    for name in sorted({*recorded, *found}):
        if name not in found:
            yield name, "missing"
        elif name not in recorded:
            yield name, "new"
        elif recorded[name] != found[name]:
            yield name, "differs"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    action = parser.add_mutually_exclusive_group(required=True)
    for name, what in (("--write", "record the hashes"), ("--compare", "name each output that is not as recorded")):
        action.add_argument(name, metavar="FILE", type=Path, nargs="?", const=RECORDED, help=what)
    parser.add_argument("--only", metavar="PATTERN", default="*", help="run the commands whose names match")
    parser.add_argument("--keep", metavar="FOLDER", type=_new_folder, help="leave all outputs there")
    return parser.parse_args()


def _new_folder(text: str) -> Path:
    path = Path(text).resolve()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise argparse.ArgumentTypeError(f"{text} is there already and not empty")
    return path


def _read(file: Path) -> Hashes:
    try:
        hashes: Hashes = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"no hashes can be read from {file}: {error}")
    return hashes


def _with_needs(names: set[str]) -> list[Command]:
    """The named commands and those that they need, each after those that it needs itself."""
    chosen = set(names)
    for command in reversed(COMMANDS):
        chosen |= set(command.needs) if command.name in chosen else set()
    return [command for command in COMMANDS if command.name in chosen]


def _run_after(before: Sequence[Future[Hashes]], command: Command, folder: Path, cache: Path) -> Hashes:
    """Wait for the commands that this one needs; they were started earlier, so that they come to an end."""
    for job in before:
        job.result()
    return run_one(command, folder, cache)


def _run(command: Command, place: Path, cache: Path) -> tuple[str, bytes, bytes]:
    """Exit code, standard output and standard error."""
    environment = {name: text for name, text in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    environment |= {"PYTHONPATH": str(REPOSITORY), "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "scoregen", *shlex.split(command.line)],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"ended after {LIMIT_SECONDS} s", b"", b""
    return str(done.returncode), done.stdout, done.stderr


def _messages(errors: bytes) -> bytes:
    """The lines of standard error that the program wrote."""
    return b"".join(line for line in errors.splitlines(keepends=True) if line.startswith(OURS.encode()))


def _source(text: str) -> str:
    """The folder before the first slash: a command, or a folder of shipped files."""
    return text.partition("/")[0]


def _path(text: str, folder: Path) -> Path:
    source, _, name = text.partition("/")
    return SHIPPED.get(source, folder / source) / name


def _files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


def _members(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield f"{name}\n".encode()
            yield archive.read(name)


def _numbered_ids(data: bytes) -> bytes:
    """SVG, or a page with SVG in it, its made-up ids replaced by their numbers in order of appearance."""
    numbers = {found: b"id-%d" % number for number, found in enumerate(dict.fromkeys(SVG_ID.findall(data)), 1)}
    return WORD.sub(lambda word: numbers.get(word[0], word[0]), data)


def _digest(data: bytes, paths: Mapping[bytes, Path]) -> str:
    return hashlib.sha256(normalised(data, paths)).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
