"""The command ``sitrep``: one file a command, each a thin shell over what the rest of the package does.

Nothing imports from here. What a command may use: everything below it.
"""

from streams.cli.application import main

__all__ = ["main"]
