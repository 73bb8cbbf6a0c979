"""Pictures from the committed figures."""


def draw() -> None: ...
