"""stub replaced below"""


def demo() -> None:
    """Demo."""
