"""How many drawn examples a law is tried on: few in ``make test``, as many as asked for in ``make laws``."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

_ASKED: Final = os.environ.get("EXAMPLES")


def law(examples: int) -> settings:
    """Return the settings of a property that is tried on ``examples``, or on ``$EXAMPLES`` where that is set.

    There is no deadline: a slow machine breaks no law.
    """
    return settings(max_examples=int(_ASKED or examples), deadline=None)
