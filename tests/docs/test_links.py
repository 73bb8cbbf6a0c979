"""Links and pictures lead somewhere: files that exist in the repository, and headings within them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, anchors, links, name_of, pages


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def broken(page: Path) -> list[str]:
    """Return the links of a page to files or headings that are not there."""
    found = []
    for target in links(page.read_text("utf-8")):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        inside = file.is_relative_to(ROOT) or file.is_relative_to(page.parent)
        lost = anchor and (file.suffix != ".md" or not file.is_file() or anchor not in anchors(file))
        if not inside or not file.exists() or lost:
            found.append(target)
    return found


def test_a_link_into_the_void_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`\n[a](page.md#one-two) [b](page.md#three) [c](no.md) [d](#one-two) ![e](no.svg) `[f](g)`\n"
    )
    assert broken(page) == ["page.md#three", "no.md", "no.svg"]


def test_each_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        ahead += [(page.parent / link.partition("#")[0]).resolve() for link in links(page.read_text("utf-8"))]
    assert [name_of(page) for page in pages() if page not in reached] == []
