"""The child process that engraves: MusicXML and options in on stdin, SVG pages out on stdout, as JSON.

A script and not a module of the package: it imports verovio and nothing else, so that it is up in
a few hundredths of a second, and so that a crash of verovio ends this process and no other.
`child.ask` starts it, with the folder of installed packages and a limit of processor seconds.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from typing import Any

MEMORY_BYTES = 4 << 30


def limit_resources(seconds: int) -> None:
    """A belt for when the parent dies before it can end us: processor time, memory, no core file."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


MEASURE = re.compile(r"(<scoreDef[^>]*>(?:(?!</?scoreDef)[\s\S])*</scoreDef>\s*)?<measure ")
KEY = re.compile(r"<keySig[^>]*/>")


def with_keys(mei: str, keys: dict[str, dict[str, str]]) -> str:
    """An MEI text with key changes, by measure index and staff, in place of those of the whole score."""
    count = itertools.count()

    def opening(found: re.Match[str]) -> str:
        index = next(count)
        staves = keys.get(str(index), {})
        changes = "".join(f'<staffDef n="{n}"><keySig sig="{sig}"/></staffDef>' for n, sig in staves.items())
        definition = found[1] or ""
        return (
            f"{KEY.sub('', definition) if index else definition}"
            f"{f'<scoreDef><staffGrp>{changes}</staffGrp></scoreDef>' if changes else ''}<measure "
        )

    return MEASURE.sub(opening, mei)


def engraved(text: str, options: dict[str, Any], keys: dict[str, dict[str, str]], resources: str) -> dict[str, Any]:
    """`pages`, or `error` and verovio's log. Rendering after a failed load would crash."""
    import verovio

    verovio.enableLog(verovio.LOG_ERROR)
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(resources)
    toolkit.setOptions(options)
    loaded = toolkit.loadData(text)
    if loaded and keys:
        loaded = toolkit.loadData(with_keys(toolkit.getMEI(), keys))
    if not loaded:
        return {"error": "could not load the score", "log": toolkit.getLog()}
    pages = [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)]
    if not any('class="measure' in page for page in pages):
        return {"error": "found nothing to engrave", "log": toolkit.getLog()}
    return {"pages": pages}


def main() -> None:
    sys.path.append(sys.argv[1])
    limit_resources(int(sys.argv[2]))
    reply = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the library prints must not get into the reply
    import verovio  # noqa: F401  # before the request comes: it may take its time

    request = json.loads(sys.stdin.buffer.read())
    reply.write(json.dumps(engraved(**request)).encode())
    reply.flush()
    os._exit(0)  # a damaged score can also crash verovio while it cleans up


if __name__ == "__main__":
    main()
