"""The command line. Each verb reads its arguments, makes one call, and prints."""

from scoregen.cli.app import main

__all__ = ["main"]
