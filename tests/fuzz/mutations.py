"""Inputs that no sender should send, drawn from a seed: equal seeds give equal inputs."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any, Final

import seeds
from seeds.history import report_lines
from tests.builders import a_report

_SAMPLES: Final = Path(__file__).parents[1] / "schemas" / "samples"

_MOST_BYTES: Final = 20_000
"""Length of a record: reports have about 700 bytes. What is doubled again and again grows past all measure."""
_MOST_CHARACTERS: Final = 3_000
"""Length of a text: the longest news items are about that long. Time grows with the length."""

_ODD_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 2**31, 2**63, 2**64, -(2**63), 10**30, 1e308, "", " ", "0", "-1", "1e400",
    "NaN", "null", "\u0000", "\u202e", "\ufeff", "\ud7ff", "a" * 300, "ї" * 201, "💥" * 100, [], {}, [[]], [None],
    {"low": 5, "best": 3, "high": 1}, {"low": None, "best": None, "high": None}, {"best": -4}, {"low": 10**12},
    "2025-13-45T99:99:99Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2025-10-22", "1761120000",
    "2025-10-22T09:00:00.123456789Z", "2025-10-22T09:00:00", "0000-00-00T00:00:00Z", "UA-99", "ua-74", "UA", "RU-BRY",
    {"start": "2025-10-22T09:00:00Z", "end": "2025-10-21T09:00:00Z"}, {"region": "UA-74", "lat": 91, "lon": 181},
    {"region": None, "name": "Іванівка", "lat": 50.0, "lon": 30.0}, {"lat": 0, "lon": 0}, "javascript:alert(1)",
    "http://[::1", "\x1b[31mred\x1b[0m", "[bold]x[/]",
)  # fmt: skip
_ODD_KEYS: Final = ("", "report_id", "__proto__", "schema_version", "claims", "text", "\u0000", "mood", "a" * 500)
_ODD_BYTES: Final = (
    b"", b" ", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{", b"}", b"[" * 300, b'{"a":' * 200, b"null",
    b"NaN", b"-Infinity", b"1e999", b'"', b"\\u0000", b"\\ud800", b"\\", b",", b":", b"0" * 400, b"\r\n", b"\x1b[2J",
)  # fmt: skip
_GLUE: Final = (
    " ",
    "",
    ", ",
    ". ",
    "\n",
    "; ",
    " and ",
    " та ",
    " и ",
    " — ",
    " (",
    ") ",
    "\u00a0",
    "\u200b",
    "/",
    "-",
)
_TOKENS: Final = (
    "5", "0", "12", "1,000", "3-5", "1/2", "10%", "1e9", "99999999999999999999", "двоє", "п'ятеро", "dozens", "no",
    "killed", "wounded", "загинуло", "поранено", "вбито", "погибли", "ранены", "missing", "children", "including",
    "Kharkiv", "Київ", "Белгород", "UA-74", "Kyiv said", "overnight", "у ніч на 22 жовтня", "вранці", "22.10.2025",
    "31 February", "tomorrow", "drones", "Shahed", "Х-101", "missile", "КАБ", "shot down", "збито", "intercepted",
    "without power", "знеструмлено", "restored", "mobile", "water", "не", "ні", "nobody", "за добу", "since 2022",
    "\u0301", "\u202e", "\u200d", "💥", "ﬁ", "İ", "ß", "Ⅷ", "٣", "½", "́" * 20, "a" * 200, "1" * 200, "«", "»", "…",
)  # fmt: skip


def reports(seed: int) -> Iterator[bytes]:
    """Yield records for ``sitrep.reports`` without end: usable ones, spoiled ones, and no reports at all."""
    dice = random.Random(f"reports {seed}")
    models = _models(seed)
    while True:
        drawn = dice.random()
        if drawn < 0.04:
            yield dice.randbytes(dice.randrange(200))
            continue
        document = json.loads(dice.choice(models))
        for _ in range(dice.choice((0, 1, 1, 1, 2, 4))):
            _spoil(document, dice)
        value = json.dumps(document, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
        if drawn < 0.35:
            value = spoiled_bytes(value, dice)
        yield value[:_MOST_BYTES]


def texts(seed: int) -> Iterator[bytes]:
    """Yield reports of texts alone, without end: told, cut, spliced, repeated and garbled."""
    dice = random.Random(f"texts {seed}")
    told = _told(seed)
    while True:
        text = _text(told, dice)[:_MOST_CHARACTERS]
        document = a_report(f"r-{dice.randrange(2**32)}", claims=[], text=text)
        document["language"] = dice.choice(("uk", "en", "ru", "de", None))
        if dice.random() < 0.3:
            document["title"] = _text(told, dice)[:200]
        yield json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def requests(seed: int) -> Iterator[bytes]:
    """Yield what a client may send to the worker's page, without end."""
    dice = random.Random(f"requests {seed}")
    while True:
        request = b"".join(_request(dice) for _ in range(dice.choice((1, 1, 1, 2, 5))))
        if dice.random() < 0.4:
            request = spoiled_bytes(request, dice)
        yield request if dice.random() < 0.97 else dice.randbytes(dice.randrange(1, 400))


def spoiled_bytes(value: bytes, dice: random.Random) -> bytes:
    """Return ``value`` with some bytes flipped, cut, put in, doubled or left out."""
    spoiled = bytearray(value)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(spoiled) + 1)
        match dice.randrange(6):
            case 0 if spoiled:
                spoiled[min(at, len(spoiled) - 1)] ^= 1 << dice.randrange(8)
            case 1:
                del spoiled[at:]
            case 2:
                spoiled[at:at] = dice.choice(_ODD_BYTES)
            case 3:
                spoiled[at:at] = spoiled[at : at + dice.randrange(200)]
            case 4:
                del spoiled[at : at + dice.randrange(1, 20)]
            case _:
                spoiled[at:at] = dice.randbytes(dice.randrange(1, 8))
    return bytes(spoiled)


def _models(seed: int) -> Sequence[bytes]:
    """Return usable reports of every kind: the samples that every release must read, and generated ones."""
    samples = [path.read_bytes() for path in sorted(_SAMPLES.glob("*/reports/*.json"))]
    generated = islice(report_lines(seed, incidents=40, days=2), 120)
    return [*samples, *generated]


def _spoil(document: Any, dice: random.Random) -> None:
    """Change one place of a JSON document: another value, a missing, strange or doubled member."""
    places: list[tuple[Any, Any]] = []
    _places(document, places)
    if not places:
        return
    holder, key = dice.choice(places)
    match dice.randrange(6):
        case 0 | 1 | 2:
            holder[key] = deepcopy(dice.choice(_ODD_VALUES))  # spoiled further, it must not spoil the others
        case 3:
            del holder[key]
        case 4 if isinstance(holder, dict):
            holder[dice.choice(_ODD_KEYS)] = deepcopy(dice.choice(_ODD_VALUES))
        case _:
            again = json.loads(json.dumps(holder[key]))
            holder[key] = [again] * dice.choice((1, 2, 101))


def _places(value: Any, found: list[tuple[Any, Any]]) -> None:
    if isinstance(value, dict | list):
        for key, held in list(value.items() if isinstance(value, dict) else enumerate(value)):
            found.append((value, key))
            _places(held, found)


def _told(seed: int) -> Sequence[str]:
    lines = (json.loads(line) for line in islice(report_lines(seed, incidents=60, days=2), 250))
    written = [line["text"] for line in lines if line.get("text")]
    return written + [report.text for report in seeds.founding_case() if report.text]


def _text(told: Sequence[str], dice: random.Random) -> str:
    ways: Sequence[Callable[[], str]] = (
        lambda: dice.choice(told),
        lambda: dice.choice(_GLUE).join(dice.choice(_TOKENS) for _ in range(dice.randrange(1, 60))),
        lambda: dice.choice(_GLUE).join(dice.sample(told, dice.randrange(1, 5))),
        lambda: _shuffled(dice.choice(told), dice),
        lambda: (dice.choice(_TOKENS) + dice.choice(_GLUE) + dice.choice(_TOKENS) + " ") * dice.randrange(2, 300),
        lambda: _cut(dice.choice(told), dice) + dice.choice(_GLUE) + _cut(dice.choice(told), dice),
        lambda: "".join(chr(dice.randrange(32, 0x2FFF)) for _ in range(dice.randrange(1, 200))),
        lambda: "".join(c.swapcase() if dice.random() < 0.3 else c for c in dice.choice(told)),
        lambda: spoiled_bytes(dice.choice(told).encode(), dice).decode(errors="replace"),
    )
    return dice.choice(ways)()


def _shuffled(text: str, dice: random.Random) -> str:
    words = text.split()
    for _ in range(dice.randrange(1, 6)):
        words[dice.randrange(len(words))] = dice.choice(_TOKENS)
    if dice.random() < 0.5:
        dice.shuffle(words)
    return " ".join(words)


def _cut(text: str, dice: random.Random) -> str:
    first = dice.randrange(len(text))
    return text[first : first + dice.randrange(1, 200)]


_METHODS: Final = (
    b"GET",
    b"GET",
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"OPTIONS",
    b"CONNECT",
    b"TRACE",
    b"get",
    b"G\x00T",
)
_PATHS: Final = (
    b"/metrics", b"/healthz", b"/readyz", b"/", b"/metrics/", b"//metrics", b"/metrics?a=b&c[]=%00", b"/%2e%2e/etc",
    b"/../../etc/passwd", b"*", b"http://other.example/metrics", b"/%", b"/%zz", b"/\xd0\x9a", b"/" + b"a" * 9_000,
    b"/tables", b"/router", b"/metrics#x", b"/healthz;x=1", b"", b"/tables/x/key", b"/router/x/y", b"/graph", b"/stats",
    b"http://xn--a/metrics", b"http://[::1", b"//xn--a/",
)  # fmt: skip
_HEADERS: Final = (
    b"Host: a", b"Host: a\r\nHost: b", b"Accept: application/openmetrics-text; version=1.0.0", b"Accept: */*;q=\xff",
    b"Accept: " + b"text/plain," * 500, b"Content-Length: -1", b"Content-Length: 5", b"Content-Length: 99999999999999",
    b"Content-Length: 1\r\nContent-Length: 2", b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked",
    b"Connection: close", b"Connection: Upgrade\r\nUpgrade: websocket", b"Expect: 100-continue", b"Range: bytes=0-",
    b"Expect: \xff\xfe", b"Expect: tea", b"Accept: application/openmetrics-text; version=x.y",
    b"Accept-Encoding: gzip, br, zstd, \x00", b"X: " + b"y" * 9_000, b": empty", b"no colon", b" folded: 1", b"A:\x01",
    b"Cookie: a=\"\\\"; b", b"If-Modified-Since: never", b"Content-Encoding: deflate",
)  # fmt: skip
_BODIES: Final = (b"", b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"ffffffffffffffff\r\n", b"\x00" * 100)


def _request(dice: random.Random) -> bytes:
    if dice.random() < 0.5:  # sound but for one thing
        headers = b"".join(header + b"\r\n" for header in (b"Host: a", dice.choice(_HEADERS)))
        return b"GET " + dice.choice(_PATHS) + b" HTTP/1.1\r\n" + headers + b"\r\n"
    version = dice.choice((b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"", b"HTTP/1.1 x"))
    headers = b"".join(header + b"\r\n" for header in dice.choices(_HEADERS, k=dice.randrange(4)))
    line = b" ".join((dice.choice(_METHODS), dice.choice(_PATHS), version))
    return line + b"\r\n" + headers + b"\r\n" + dice.choice(_BODIES)
