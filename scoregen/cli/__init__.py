"""The command line. Each command reads its arguments, makes one call, and prints the result."""

from scoregen.cli.app import main

__all__ = ["main"]
