"""``sitrep extract``: the claims of a text, without a broker; ``--explain`` shows how each was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer
from pydantic_core import from_json
from rich.console import Group
from rich.text import Text

from schemas.base import MAX_TEXT_BYTES
from streams.cli.output import CommandError, ExitCode, Output, printable
from streams.core import extraction
from streams.core.extraction import DocumentText, ExtractedClaim, Extraction
from streams.core.extraction.times import KYIV
from streams.core.wording import not_json, plural
from streams.reference.gazetteer import Gazetteer
from streams.reference.knowledge import load_knowledge

STANDARD_INPUT: Final = "-"
_STYLES: Final = {
    "place": "bold cyan",
    "figure": "yellow",
    "trigger": "bold red",
    "bound": "underline",
    "rejected": "strike dim",
}
_LEGEND: Final = (
    ("place", "place"),
    ("figure", "figure"),
    ("trigger", "what it says happened"),
    ("rejected", "rejected"),
)
_END_OF_DAY: Final = time(23, 59, 59)


class _Input(NamedTuple):
    id: str | None
    text: str
    published_at: datetime
    where: str


def extract(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|-", help="UTF-8 text; with --batch JSON lines, or a folder of texts.")
    ] = Path(STANDARD_INPUT),
    published_at: Annotated[
        str | None,
        typer.Option(
            "--published-at", metavar="TIME", help="When it was published: 2025-10-22 or RFC 3339.  [default: now]"
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="TAG", help="A hint; rules of all three languages run.")
    ] = None,
    batch: Annotated[
        bool,
        typer.Option(
            "--batch",
            metavar="",
            help='Many texts: lines of {"id", "text", "published"}; each line out carries the id.',
        ),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            metavar="",
            help="Show the text marked up: places, figures, what bound to what, what was rejected.",
        ),
    ] = False,
) -> None:
    """Print the claims that a text makes, one JSON document a line, with the words each came from.

    Ends with 1 if a line of a batch is no text; the other lines are read all the same.
    """
    published = _published(published_at, "--published-at") if published_at is not None else datetime.now(UTC)
    output = Output(as_json=not explain)
    inputs = _batch(source, published) if batch else iter([_single(source, published)])
    knowledge = load_knowledge(Gazetteer.load())
    mistakes = 0
    for item in inputs:
        if isinstance(item, str):
            mistakes += 1
            output.note(item, "red")
            continue
        result = extraction.extract(DocumentText(item.text, item.published_at, language=language), knowledge)
        if explain:
            output.result(explained(result, item.id))
        else:
            for claim in result.claims:
                output.document(document_of(claim, item.id, with_id=batch))
    output.flush()
    if mistakes:
        raise CommandError(f"{plural(mistakes, 'line')} could not be read", ExitCode.BAD_INPUT)


def document_of(found: ExtractedClaim, text_id: str | None, *, with_id: bool) -> dict[str, Any]:
    """Return a claim as the line that is printed: the claim of the wire, then where it came from."""
    line: dict[str, Any] = {"id": text_id} if with_id else {}
    line |= found.claim.model_dump(mode="json")
    return line | {
        "regions": list(found.regions),
        "quote": found.quote,
        "span": list(found.span),
        "attribution": found.attribution,
        "hedged": found.hedged,
    }


def _single(source: Path, published: datetime) -> _Input:
    raw = sys.stdin.buffer.read(MAX_TEXT_BYTES + 1) if str(source) == STANDARD_INPUT else _bytes(source)
    return _Input(None, _decoded(raw, str(source)), published, str(source))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}", ExitCode.BAD_INPUT) from None


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > MAX_TEXT_BYTES:
        raise CommandError(f"{name}: longer than {MAX_TEXT_BYTES:,} bytes", ExitCode.BAD_INPUT, "split it with --batch")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name}: not UTF-8 at byte {error.start}", ExitCode.BAD_INPUT) from None


def _batch(source: Path, published: datetime) -> Iterator[_Input | str]:
    """Yield the texts of a folder or of JSON lines; a message in place of what is no text."""
    if source.is_dir():
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            try:
                text = _decoded(_bytes(path), str(path))
            except CommandError as error:
                yield str(error)
            else:
                yield _Input(str(path.relative_to(source)), text, published, str(path))
        return
    if str(source) == STANDARD_INPUT:
        yield from _lines(sys.stdin.buffer, "standard input", published)
        return
    try:
        with source.open("rb") as stream:
            yield from _lines(stream, str(source), published)
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror or error}", ExitCode.BAD_INPUT) from None


def _lines(stream: Any, name: str, published: datetime) -> Iterator[_Input | str]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            row = from_json(line.rstrip())
        except ValueError as error:
            yield f"{where}: {not_json(str(error))}"
            continue
        text = row.get("text") if isinstance(row, dict) else None
        if not isinstance(text, str):
            yield f"{where}: text: " + ("is missing" if text is None else f"{printable(repr(text))[:60]} is no string")
            continue
        text_id, stated = row.get("id"), row.get("published") or row.get("published_at")
        try:
            when = published if stated is None else _published(str(stated), "published")
        except typer.BadParameter as error:
            yield f"{where}: published: {error.message}"
        else:
            if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
                yield f"{where}: text: longer than {MAX_TEXT_BYTES:,} bytes"
            else:
                yield _Input(None if text_id is None else str(text_id), text, when, where)


def _published(text: str, option: str) -> datetime:
    """Return a time; a date alone means its end in Kyiv, so that what happened that day lies before it."""
    try:
        if len(text) == len("2025-10-22"):
            return datetime.combine(date.fromisoformat(text), _END_OF_DAY, KYIV)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time such as 2025-10-22T12:00:00Z", param_hint=option) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def explained(result: Extraction, text_id: str | None) -> Group:
    """Return the text marked up, then its claims with what was bound to what, then what was rejected and why."""
    doc = result.document
    # Only line ends may steer the terminal; the rest is replaced one for one so that positions stay.
    shown = Text("".join(c if c == "\n" or printable(c) == c else "\u00b7" for c in doc.clean))

    def mark(first: int, last: int, kind: str) -> None:
        shown.stylize(_STYLES[kind], doc.begin(first), doc.end(last))

    for refused in result.rejected_tokens:
        mark(*refused, "rejected")
    for quantity in result.quantities:
        mark(quantity.first, quantity.end, "figure")
    for mention in result.mentions:
        mark(mention.first, mention.last, "place")
    for link in result.links:
        mark(*link.trigger, "trigger")
        for bound in link.bound:
            mark(*bound, "bound")
    parts: list[Text] = []
    if text_id is not None:
        parts.append(Text(printable(text_id), style="bold"))
    parts += [shown, Text.assemble(*[(f" {name} ", _STYLES[kind]) for kind, name in _LEGEND]), Text()]
    for claim, link in zip(result.claims, result.links, strict=False):
        parts.append(_claim_line(claim))
        # The trigger alone is told only where no longer piece holds it.
        spans = [s for s in (link.trigger, *link.bound) if not any(_holds(other, s) for other in link.bound)]
        words = " + ".join(f"“{printable(doc.quote(*span))}”" for span in dict.fromkeys(spans))
        parts.append(Text(f"    from {words}", style="dim"))
    if not result.claims:
        parts.append(Text("no claims", style="dim"))
    for rejected in result.rejected:
        parts.append(Text(f"  ✗ “{printable(rejected.quote)}”: {rejected.reason}", style="dim"))
    return Group(*parts, Text())


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def _claim_line(found: ExtractedClaim) -> Text:
    claim = found.claim.model_dump(mode="json", exclude_none=True)
    place = claim.pop("place", {})
    kind, scope = claim.pop("kind"), claim.pop("scope")
    occurred = claim.pop("occurred", None)
    line = Text(f"● {kind} ", style="bold green")
    line.append(" ".join(filter(None, (place.get("region", "no place"), place.get("name")))), style="cyan")
    for name, value in claim.items():
        if value not in (False, [], "unknown"):
            line.append(f"  {name} ", style="dim").append(printable(_figure(value)), style="yellow")
    if occurred is not None:
        start, end = (occurred[bound][:16].replace("T", " ") for bound in ("start", "end"))
        line.append(f"  {start} – {end} UTC", style="dim")
    tags = [scope] * (scope != "incident") + ["hedged"] * found.hedged
    if found.attribution:
        tags.append(f"says {printable(found.attribution)}")
    return line.append(f"  ({', '.join(tags)})" if tags else "", style="dim")


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        low, high = value["low"], value.get("high")
        return f"{low:,}" if low == high else f"{low:,}–{'…' if high is None else f'{high:,}'}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
