"""The command ``sitrep``: one file a command, each a thin shell over what the rest of the package does.

Nothing imports from here. What a command may use: everything below it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

from streams.cli.standard_streams import open_what_is_closed
from streams.cli.starting import ending, starting


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run ``sitrep`` as the program of this process, and exit; see :func:`streams.cli.application.main`."""
    open_what_is_closed()
    given = sys.argv[1:] if arguments is None else list(arguments)
    # What is read here stays: the collector would look through it again and again and find nothing.
    gc.disable()
    with starting(given):
        # Here and not above: signals are heeded from the first moment, and this takes a second.
        from streams.cli.application import main as run
    gc.freeze()
    gc.enable()
    try:
        run(given)
    finally:
        ending(given)
