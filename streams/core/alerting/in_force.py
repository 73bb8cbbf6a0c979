"""The rules in force, with what is asked of them again and again kept: matching patterns costs more than judging."""

from __future__ import annotations

from streams.core.alerting.rules import Rule, RuleSet, SetRule


class InForce:
    """A rule set and the rules that look at each region, worked out once."""

    def __init__(self, rules: RuleSet) -> None:
        self.all = rules
        self.digest = rules.digest()
        self._of_region: dict[str, tuple[Rule, ...]] = {}
        self._of_sets: dict[str, tuple[tuple[str, tuple[SetRule, ...]], ...]] = {}

    def of_region(self, region: str) -> tuple[Rule, ...]:
        """Return the rules that look at a region by itself."""
        found = self._of_region.get(region)
        if found is None:
            found = self._of_region[region] = self.all.of_region(region)
        return found

    def of_sets_with(self, region: str) -> tuple[tuple[str, tuple[SetRule, ...]], ...]:
        """Return the sets that hold a region, each with the rules that look at it."""
        found = self._of_sets.get(region)
        if found is None:
            names = self.all.sets_with(region)
            found = self._of_sets[region] = tuple((name, self.all.of_set(name)) for name in names)
        return found
