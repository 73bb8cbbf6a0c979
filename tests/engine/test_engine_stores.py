"""Every store is a true prefix of its changelog: all or nothing, whatever happens to it in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.changelog import Marker
from streams.engine.errors import EngineError
from streams.engine.rocks import RocksFolder, RocksStore, StoreBrokenError
from streams.engine.store import MemoryStore, Store
from tests.engine.fake_log import FakeLog
from tests.engine.owner import a_block, an_owner, owns, recovered

MARKER = Marker("in", 41, 3, "log")


@pytest.fixture(params=["memory", "rocksdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else RocksStore(tmp_path / "p")
    yield made
    made.close()


def test_an_empty_store_reaches_nowhere(store: Store) -> None:
    assert (store.marker, store.next_offset, dict(store.items)) == (None, 0, {})
    assert len(store.items) == 0


def test_items_are_a_live_view(store: Store) -> None:
    items = store.items
    store.apply({b"a": b"1", b"b": b"2"}, MARKER, 7)
    assert dict(items) == {b"a": b"1", b"b": b"2"}
    store.apply({b"a": None, b"b": b"3"}, MARKER._replace(offset=50), 9)
    assert dict(items) == {b"b": b"3"}
    assert b"a" not in items
    assert items.get(b"a") is None
    assert store.marker == MARKER._replace(offset=50)
    assert store.next_offset == 9


async def test_items_can_be_read_in_a_thread_as_states_are_opened_there(store: Store) -> None:
    store.apply({b"a": b"1", b"b": b"2"}, MARKER, 7)
    assert await asyncio.to_thread(lambda: (dict(store.items), store.items.get(b"b"))) == (
        {b"a": b"1", b"b": b"2"},
        b"2",
    )


def test_a_wiped_store_is_empty_and_usable(store: Store) -> None:
    items = store.items
    store.apply({b"a": b"1"}, MARKER, 7)
    store.wipe()
    assert (store.marker, store.next_offset, dict(items)) == (None, 0, {})
    store.apply({b"b": b"1"}, MARKER, 3)
    assert dict(items) == {b"b": b"1"}


changes = st.dictionaries(st.binary(min_size=1, max_size=2), st.none() | st.binary(max_size=3), max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.lists(changes, max_size=8))
def test_both_stores_hold_the_same_and_rocksdb_also_after_reopening(
    tmp_path_factory: pytest.TempPathFactory, commits: list[dict[bytes, bytes | None]]
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    memory, rocks = MemoryStore(), RocksStore(folder / "p")
    for number, commit in enumerate(commits):
        for each in (memory, rocks):
            each.apply(commit, MARKER._replace(offset=number), number + 1)
    rocks.close()
    reopened = RocksStore(folder / "p")
    assert dict(reopened.items) == dict(memory.items)
    assert (reopened.marker, reopened.next_offset) == (memory.marker, memory.next_offset)
    reopened.close()


async def test_a_restart_reads_only_what_is_new(tmp_path: Path) -> None:
    log = FakeLog()
    first = await recovered(an_owner(log, store=RocksStore(tmp_path / "p")), log)
    await first.work(a_block(b"a", b"b"), still_owned=owns)
    first.close()
    elsewhere = await recovered(an_owner(log), log)
    await elsewhere.work(a_block(b"b", first=2, start=2), still_owned=owns)

    warm = RocksStore(tmp_path / "p")
    assert warm.next_offset > 0
    again = await recovered(an_owner(log, store=warm), log)
    assert dict(again.store.items) == {b"a": b"1", b"b": b"2"}
    again.close()


@pytest.mark.parametrize("broken", ["CURRENT", "no meta", "condemned", "old"])
def test_a_broken_or_outdated_folder_is_rebuilt(tmp_path: Path, broken: str) -> None:
    store = RocksStore(tmp_path / "p", now=lambda: 1_000.0)
    store.apply({b"a": b"1"}, MARKER, 7)
    now = 1_001.0
    if broken == "no meta":
        store._db.delete(b"@engine/store")
    if broken == "condemned":
        with pytest.raises(StoreBrokenError):
            store._condemn(OSError("Corruption: block checksum mismatch"))
    if broken == "old":
        now += 24 * 3600
    store.close()
    if broken == "CURRENT":
        (tmp_path / "p" / "CURRENT").write_bytes(b"garbage")
    rebuilt = RocksStore(tmp_path / "p", now=lambda: now)
    assert (rebuilt.marker, rebuilt.next_offset, dict(rebuilt.items)) == (None, 0, {})
    rebuilt.apply({b"b": b"1"}, MARKER, 3)
    assert dict(rebuilt.items) == {b"b": b"1"}
    rebuilt.close()


def test_a_folder_in_use_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    store = RocksStore(tmp_path / "p")
    store.apply({b"a": b"1"}, MARKER, 7)
    with pytest.raises(EngineError, match="in use"):
        RocksStore(tmp_path / "p")
    assert dict(store.items) == {b"a": b"1"}
    store.close()


def test_workers_share_a_folder_without_meeting_and_a_restarted_one_finds_its_own(tmp_path: Path) -> None:
    one, two = RocksFolder(tmp_path, "app-count-changelog"), RocksFolder(tmp_path, "app-count-changelog")
    mine, other = one.open(0), two.open(0)
    mine.apply({b"a": b"mine"}, MARKER, 7)
    assert dict(other.items) == {}
    mine.close()
    one.close()
    restarted = RocksFolder(tmp_path, "app-count-changelog")
    found = restarted.open(0)
    assert dict(found.items) == {b"a": b"mine"}
    for opened in (other, found):
        opened.close()
    for folder in (two, restarted):
        folder.close()
