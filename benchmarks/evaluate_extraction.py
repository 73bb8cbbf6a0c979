"""Score extraction against hand-labelled texts: ``make evaluate DATA=path/to/labels.jsonl``.

Each line has ``text``, ``lang``, ``published`` and ``claims`` with ``kind``, ``regions`` and figures as ``[lo, hi]``
(``hi`` null is open). A claim with one figure over several regions, and one without any region, both count under the
country ("whole"): the wire gives such a claim the country's code. Prints precision, recall and F1 by class and
language and every miss, and writes the table between the markers of ``docs/evaluation.md``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from schemas.estimate import Estimate
from schemas.report import CasualtiesClaim, OutageClaim, StrikeClaim
from streams.core.extraction import DocumentText, ExtractedClaim, extract
from streams.reference.gazetteer import Gazetteer
from streams.reference.knowledge import load_knowledge

DOCUMENT = Path(__file__).parents[1] / "docs" / "evaluation.md"
BEGIN, END = "<!-- table begins -->", "<!-- table ends -->"
CLASSES = ("strike by region", "killed", "wounded", "outage", "no-claim texts left empty")
FIELDS = ("id", "lang", "published", "text", "claims")
WHOLE = "whole"
LANGUAGES = {"en": "English", "uk": "Ukrainian", "ru": "Russian"}


class Fact(NamedTuple):
    """One scored statement of a text."""

    kind: str
    value: tuple[Any, ...]


@dataclass
class Score:
    """Counts of one class."""

    found: int = 0
    invented: int = 0
    missed: int = 0
    detail: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.invented) if self.found + self.invented else 1.0

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r else 0.0


def gold_facts(row: dict[str, Any]) -> list[Fact]:
    """Return what a labelled text states."""
    facts: list[Fact] = []
    for claim in row["claims"]:
        regions = claim["regions"]
        if claim["kind"] == "strike":
            facts += [Fact("strike by region", (r,)) for r in regions]
        elif claim["kind"] == "outage":
            facts += [Fact("outage", (claim["utility"], r)) for r in regions or [WHOLE]]
        else:
            region = regions[0] if len(regions) == 1 else WHOLE
            for harm in ("killed", "wounded"):
                if claim.get(harm) is not None:
                    facts.append(Fact(harm, (region, *claim[harm])))
    return _unique_strikes(facts)


def found_facts(claims: Iterable[ExtractedClaim]) -> list[Fact]:
    """Return what extraction says a text states, in the same form."""
    facts: list[Fact] = []
    for extracted in claims:
        claim = extracted.claim
        code = claim.place.region if claim.place is not None else None
        region = code if code is not None and "-" in code else WHOLE
        if isinstance(claim, StrikeClaim):
            facts += [Fact("strike by region", (region,))] if region != WHOLE else []
        elif isinstance(claim, OutageClaim):
            # One figure over several regions is a claim of the country; it is about each of them.
            regions = extracted.regions if region == WHOLE and len(extracted.regions) > 1 else (region,)
            facts += [Fact("outage", (claim.utility.value, r)) for r in regions]
        elif isinstance(claim, CasualtiesClaim):
            for harm, figure in (("killed", claim.killed), ("wounded", claim.wounded)):
                if isinstance(figure, Estimate):
                    facts.append(Fact(harm, (region, figure.low, figure.high)))
    return _unique_strikes(facts)


def _unique_strikes(facts: list[Fact]) -> list[Fact]:
    """A region is struck or it is not: strike and outage facts are sets, figures are counted one by one."""
    sets = [f for f in facts if f.kind in ("strike by region", "outage")]
    return [*dict.fromkeys(sets), *(f for f in facts if f.kind not in ("strike by region", "outage"))]


def compare(row: dict[str, Any], claims: tuple[ExtractedClaim, ...], scores: dict[tuple[str, str], Score]) -> None:
    """Add one text to the scores of its language and of all."""
    gold, found = Counter(gold_facts(row)), Counter(found_facts(claims))
    lines: dict[str, list[str]] = defaultdict(list)
    for language in (row["lang"], "all"):
        for kind in CLASSES[:-1]:
            score = scores[kind, language]
            mine = Counter({f: n for f, n in gold.items() if f.kind == kind})
            theirs = Counter({f: n for f, n in found.items() if f.kind == kind})
            score.found += (mine & theirs).total()
            score.missed += (mine - theirs).total()
            score.invented += (theirs - mine).total()
            if language == "all":
                lines[kind] += [f"missed   {f.value}" for f in (mine - theirs).elements()]
                lines[kind] += [f"invented {f.value}" for f in (theirs - mine).elements()]
        if not row["claims"]:
            score = scores[CLASSES[-1], language]
            score.found += not claims
            score.missed += bool(claims)
            if claims and language == "all":
                lines[CLASSES[-1]].append("claims " + ", ".join(type(c.claim).__name__ for c in claims))
    for kind, faults in lines.items():
        for fault in faults:
            scores[kind, "all"].detail.append(f"{row['id']:<20} {fault}  | {row['text'][:110]}")


def evaluate(rows: list[dict[str, Any]]) -> dict[tuple[str, str], Score]:
    """Score every row."""
    knowledge = load_knowledge(Gazetteer.load())
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for row in rows:
        published = datetime.fromisoformat(row["published"])
        if published.tzinfo is None:
            # A date alone: its end, so that the day's events lie before it.
            published = published.replace(hour=20, tzinfo=UTC)
        text = DocumentText(row["text"], published)
        compare(row, extract(text, knowledge).claims, scores)
    return scores


def table(scores: dict[tuple[str, str], Score], languages: list[str]) -> str:
    """Return the scores as a Markdown table: precision / recall / F1 (and how many are labelled)."""
    head = ["class", "all", *(LANGUAGES.get(code, code) for code in languages)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for kind in CLASSES:
        cells = [kind]
        for language in ["all", *languages]:
            s = scores[kind, language]
            n = s.found + s.missed
            if kind == CLASSES[-1]:
                cells.append(f"{s.recall:.2f} ({n})" if n else "–")
            else:
                cells.append(f"{s.precision:.2f} / {s.recall:.2f} / **{s.f1:.2f}** ({n})" if n or s.invented else "–")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_table(rendered: str, document: Path) -> None:
    """Replace the table between the markers of the document."""
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n{rendered}\n{END}{after}", encoding="utf-8")


def read_labels(path: Path) -> list[dict[str, Any]]:
    """Return the labelled texts, or end the program with what is wrong with them."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}. Labels are no part of the project; name yours: make evaluate DATA=…")
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            missing = [name for name in FIELDS if name not in row]
        except (ValueError, TypeError) as error:
            sys.exit(f"{path}:{number}: not a JSON object: {error}")
        if missing:
            sys.exit(f"{path}:{number}: no field {', '.join(missing)}")
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path, help="JSON lines with text, lang, published and claims")
    parser.add_argument("--rows", help="only rows FROM:TO", default=":")
    parser.add_argument("--no-write", action="store_true", help="leave docs/evaluation.md alone")
    parser.add_argument("--quiet", action="store_true", help="do not list the misses")
    arguments = parser.parse_args()
    first, _, last = arguments.rows.partition(":")
    rows = read_labels(arguments.labels)
    rows = rows[int(first or 0) : int(last) if last else None]
    scores = evaluate(rows)
    rendered = table(scores, [code for code in LANGUAGES if any(r["lang"] == code for r in rows)])
    sys.stdout.write(f"{len(rows)} texts\n\n{rendered}\n")
    if not arguments.quiet:
        for kind in CLASSES:
            for line in scores[kind, "all"].detail:
                sys.stdout.write(f"\n{kind}: {line}")
        sys.stdout.write("\n")
    if not arguments.no_write and arguments.rows == ":" and DOCUMENT.exists():
        write_table(rendered, DOCUMENT)


if __name__ == "__main__":
    main()
