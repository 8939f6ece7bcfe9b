"""The memory of this process."""

from __future__ import annotations

import sys


def peak_resident_bytes() -> int | None:
    """The most memory that this process has used so far, in bytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
