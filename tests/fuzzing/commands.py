"""Command lines that are run in this process, and what they may print."""

from __future__ import annotations

import contextlib
import io
import re

_MESSAGE = re.compile(r"scoregen: [^\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e]*")
_OUTPUT = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]*")


def command(*arguments: str) -> int:
    """Run a command line here; AssertionError if what it prints is not one line for each message, or a bug."""
    from scoregen.cli.app import run

    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        code = run(arguments)
    lines = errors.getvalue().removesuffix("\n").split("\n")
    for line in lines if lines != [""] else []:
        assert _MESSAGE.fullmatch(line), f"not a message: {line!r}"
        assert "bug in scoregen" not in line, line
        assert "please report" not in line, line
    assert _OUTPUT.fullmatch(output.getvalue()), f"control characters in {output.getvalue()!r}"
    assert code in (0, 1, 2), f"exit code {code}"
    assert code != 2 or "scoregen: error: " in errors.getvalue()
    return code
