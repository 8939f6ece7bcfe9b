"""Child processes answer in JSON; crashes, hangs and silence become one line."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from scoregen.system.errors import ToolError
from scoregen.system.subprocesses import ask, folder_of, prepare, run

LIMIT = "MEMORY_BYTES = 1 << 32\n"
ECHO = "def answer(request):\n    print('noise')\n    return {'twice': 2 * request['number']}\n"


def script(folder: Path, body: str) -> Path:
    path = folder / "worker.py"
    path.write_text(LIMIT + body)
    return path


def test_a_request_is_answered(tmp_path: Path) -> None:
    assert ask(script(tmp_path, ECHO), "pytest", {"number": 21}, 20, "the worker") == {"twice": 42}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", r"the worker crashed \(SIGSEGV\)"),
        ("raise SystemExit('no score')\n", r"the worker failed with exit code 1 \(no score\)"),
        ("import os\nos._exit(0)\n", "the worker ended without an answer"),
        (
            "def answer(request):\n    raise ValueError('no score')\n",
            r"the worker failed with exit code 1 \(ValueError: no",
        ),
        ("import time\ntime.sleep(60)\n", "the worker was stopped after 0.5 s"),
    ],
)
def test_a_bad_end_is_one_line(body: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=message) as caught:
        ask(script(tmp_path, body), "pytest", {}, 0.5 if "sleep" in body else 20, "the worker")
    assert "\n" not in str(caught.value)


def test_a_prepared_worker_imports_before_the_request_and_answers_once(tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    worker = script(tmp_path, f"def prepare():\n    open({str(marker)!r}, 'w').close()\n{ECHO}")
    prepare(worker, "pytest", 20, "the worker")
    for _ in range(200):
        if marker.exists():
            break
        time.sleep(0.05)
    assert marker.exists()
    assert [ask(worker, "pytest", {"number": number}, 20, "the worker")["twice"] for number in (1, 2)] == [2, 4]


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ToolError, match="the engraver could not be started"):
        run(["/no/such/program"], 1, "the engraver")


def test_a_missing_library_is_named() -> None:
    assert folder_of("pytest").is_dir()
    with pytest.raises(ToolError, match=r"no_such_library.*install scoregen again"):
        folder_of("no_such_library")


def test_the_environment_can_be_replaced() -> None:
    done = run([sys.executable, "-c", "import os; print(os.environ['NAME'])"], 20, "python", environment={"NAME": "x"})
    assert done.stdout.strip() == b"x"


def test_limits_in_force_are_never_raised(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    body = "def answer(request):\n    import resource\n    return {'limits': resource.getrlimit(resource.RLIMIT_AS)}\n"
    worker = script(tmp_path, body)
    assert ask(worker, "pytest", {}, 20, "the worker")["limits"] == [1 << 32, 1 << 32]
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({3 << 30}, {3 << 30}))\n"
        "from pathlib import Path; from scoregen.system.subprocesses import ask\n"
        f"print(ask(Path({str(worker)!r}), 'pytest', {{}}, 20, 'the worker')['limits'])\n"
    )
    found = run([sys.executable, "-c", program], 20, "Python", environment={"PYTHONPATH": ":".join(sys.path)})
    assert found.stdout.decode().strip() == f"[{3 << 30}, {3 << 30}]" and resource


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is that of Linux")
def test_the_memory_of_a_program_is_limited() -> None:
    greedy = "import time; time.sleep(0.3); x = bytearray(1 << 30); print(len(x))"
    command = [sys.executable, "-c", greedy]
    assert run(command, 60, "the program").stdout.strip() == b"1073741824"
    assert run(command, 60, "the program", memory_bytes=256 << 20).returncode == 1
