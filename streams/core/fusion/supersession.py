"""Which reports stand where one names another that it replaces: a function of who says so of whom, and when.

A report that another replaces counts no longer, whatever becomes of that other. Reports that replace each other in a
circle leave nothing if all are taken at their word; of them the one whose word came last stands, unless one outside of
the circle replaces it (decision 0026).
"""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 1_000
"""Reports that are followed from one to the next: a longer circle is not looked for, and none of it stands."""


class Supersessions:
    """Who replaces whom, by the keys of reports, with the newest publication (microseconds) that says so."""

    __slots__ = ("_replaced", "_replaces")

    def __init__(self) -> None:
        self._replaces: dict[str, dict[str, int]] = {}
        self._replaced: dict[str, dict[str, int]] = {}

    def note(self, by: str, replaced: str, said_at: int) -> None:
        """Enter that one report replaces another, or that it said so again, later."""
        self._replaces.setdefault(by, {})[replaced] = said_at
        self._replaced.setdefault(replaced, {})[by] = said_at

    def drop(self, by: str, replaced: str) -> None:
        """Forget that one report replaces another."""
        _take(self._replaces, by, replaced)
        _take(self._replaced, replaced, by)

    def circle(self, key: str) -> set[str]:
        """Return the reports that replace this one and that it replaces, by way of others or not; itself among them."""
        if key not in self._replaced:
            return {key}
        before: dict[str, list[str]] = {}
        followed, ahead = {key}, [key]
        while ahead and len(followed) < _LONGEST:
            one = ahead.pop()
            for other in self._replaces.get(one, ()):
                before.setdefault(other, []).append(one)
                if other not in followed:
                    followed.add(other)
                    ahead.append(other)
        found, back = {key}, [key]
        while back:
            for one in before.get(back.pop(), ()):
                if one not in found:
                    found.add(one)
                    back.append(one)
        return found

    def stands(self, key: str) -> bool:
        """Return whether a report counts: nobody replaces it, or its own is the last word of those that do."""
        by = self._replaced.get(key)
        if not by:
            return True
        if key not in self._replaces:
            return False
        own = self._last_word(key)
        # Mostly the newer replaces the older, and nothing need be followed.
        if any(self._last_word(other) > own for other in by):
            return False
        circle = self.circle(key)
        return circle.issuperset(by) and own == max(map(self._last_word, circle))

    def _last_word(self, key: str) -> tuple[int, str]:
        return max(self._replaces[key].values()), key


def _take(held: dict[str, dict[str, int]], key: str, other: str) -> None:
    of_key = held.get(key)
    if of_key is not None:
        of_key.pop(other, None)
        if not of_key:
            del held[key]
