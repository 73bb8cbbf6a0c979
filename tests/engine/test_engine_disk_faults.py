"""What a disk does to a store: what it holds is a true prefix of the changelog, or it says that it is not."""

from __future__ import annotations

import errno
import random
import resource
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from streams.engine import rocks
from streams.engine.changelog import Marker
from streams.engine.errors import EngineError
from streams.engine.rocks import RocksFolder, RocksStore, StoreBrokenError
from streams.engine.stage import PartitionState
from tests.broker.counting import CountingStage
from tests.engine.fake_log import FakeLog
from tests.engine.owner import a_block, an_owner, owns, recovered

MARKER = Marker("in", 41, 3, "log")
KEYS = 20_000


def filled(path: Path) -> Path:
    """Leave a store at ``path`` that is closed, all of it in table files; return the largest."""
    store = RocksStore(path)
    dice = random.Random(1)
    store.apply({b"%06d" % number: dice.randbytes(200) for number in range(KEYS)}, MARKER, 7)
    store.close()
    return written_out(path)


def written_out(path: Path) -> Path:
    """Move what a closed store has in its log to table files; return the largest."""
    store = RocksStore(path)
    store._db.flush()
    store.close()
    return max(path.glob("*.sst"), key=lambda file: file.stat().st_size)


def garble(file: Path, at: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(random.Random(2).randbytes(64))


READS: list[Callable[[RocksStore], Any]] = [
    lambda store: dict(store.items),
    lambda store: list(store.items),
    lambda store: len(store.items),
    lambda store: list(store.items.items()),
    lambda store: list(store.items.values()),
]


@pytest.mark.parametrize("read", READS)
def test_a_store_garbled_amid_is_not_taken_for_a_shorter_one_and_is_rebuilt(
    tmp_path: Path, read: Callable[[RocksStore], Any]
) -> None:
    table = filled(tmp_path / "p")
    garble(table, table.stat().st_size // 2)
    store = RocksStore(tmp_path / "p")
    with pytest.raises(StoreBrokenError, match="orrupt"):
        read(store)
    store.close()
    rebuilt = RocksStore(tmp_path / "p")
    assert (rebuilt.marker, rebuilt.next_offset, dict(rebuilt.items)) == (None, 0, {})
    rebuilt.close()


def test_a_store_garbled_where_it_says_how_far_it_reaches_is_rebuilt_at_once(tmp_path: Path) -> None:
    table = filled(tmp_path / "p")
    garble(table, table.read_bytes().index(b"engine/store"))
    rebuilt = RocksStore(tmp_path / "p")
    assert (rebuilt.marker, rebuilt.next_offset, dict(rebuilt.items)) == (None, 0, {})
    rebuilt.close()


class Reading(CountingStage):
    """Reads all of its state when it is opened, as fusion does."""

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        return super().open(partition, partitions, dict(items))


async def test_a_state_that_cannot_be_read_whole_is_not_opened(tmp_path: Path) -> None:
    log = FakeLog(batch_bytes=10_000_000)
    owner = await recovered(an_owner(log, store=RocksStore(tmp_path / "p")), log)
    await owner.work(a_block(*(b"%06d" % number for number in range(KEYS))), still_owned=owns)
    owner.close()
    filled_table = written_out(tmp_path / "p")
    garble(filled_table, filled_table.stat().st_size // 2)
    again = await recovered(an_owner(log, stage=Reading("count", "in"), store=RocksStore(tmp_path / "p")), log)
    with pytest.raises(StoreBrokenError):
        await again.open_state()
    again.close()
    rebuilt = await recovered(an_owner(log, stage=Reading("count", "in"), store=RocksStore(tmp_path / "p")), log)
    await rebuilt.open_state()
    assert len(rebuilt.store.items) == KEYS
    rebuilt.close()


def test_what_a_store_takes_in_memory_and_in_logs_is_bounded(tmp_path: Path) -> None:
    folder = RocksFolder(tmp_path, "app-count-changelog")
    stores = [folder.open(number) for number in range(2)]
    dice = random.Random(1)
    for number in range(24):
        for store in stores:
            store.apply({dice.randbytes(16): dice.randbytes(1 << 20)}, MARKER, number)
            assert store._db.property_int_value("rocksdb.size-all-mem-tables") < 12 << 20
    for store in stores:
        assert len(dict(store.items)) == 24
    assert {store._db.property_int_value("rocksdb.block-cache-capacity") for store in stores} == {16 << 20}
    assert len({store._db.property_int_value("rocksdb.block-cache-usage") for store in stores}) == 1, "one for all"
    for store in stores:
        store.close()
    folder.close()


def test_restarts_leave_no_logs_behind(tmp_path: Path) -> None:
    for _ in range(5):
        RocksStore(tmp_path / "p").close()
    assert len(list((tmp_path / "p").glob("LOG*"))) <= 2


@contextmanager
def no_room() -> Iterator[None]:
    """Have every write of this process to a file fail, as on a full disk (EFBIG in place of ENOSPC)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_block_on_a_full_disk_is_not_acknowledged_and_is_not_lost(tmp_path: Path) -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log, store=RocksStore(tmp_path / "p")), log)
    await owner.work(a_block(b"a", b"b"), still_owned=owns)
    with no_room():
        with pytest.raises(StoreBrokenError, match=str(tmp_path / "p")):
            await owner.work(a_block(b"b", first=2, start=2), still_owned=owns)
        owner.close()
        with pytest.raises(EngineError, match=str(tmp_path / "p")):
            RocksStore(tmp_path / "p")
    again = await recovered(an_owner(log, store=RocksStore(tmp_path / "p")), log)
    assert dict(again.store.items) == {b"a": b"1", b"b": b"2"}
    assert await again.work(a_block(b"b", first=2, start=2), still_owned=owns) == 0, "the changelog has it"
    again.close()


async def test_a_folder_deleted_amid_work_is_made_again_from_the_changelog(tmp_path: Path) -> None:
    log = FakeLog()
    owner = await recovered(an_owner(log, store=RocksStore(tmp_path / "p")), log)
    await owner.work(a_block(b"a", b"b"), still_owned=owns)
    shutil.rmtree(tmp_path / "p")
    # What is open stays readable and writable on POSIX; whether a write fails or not, it is in the changelog.
    with suppress(StoreBrokenError):
        await owner.work(a_block(b"b", first=2, start=2), still_owned=owns)
    owner.close()
    again = await recovered(an_owner(log, store=RocksStore(tmp_path / "p")), log)
    assert dict(again.store.items) == {b"a": b"1", b"b": b"2"}
    again.close()


def test_a_broken_folder_that_cannot_be_removed_is_an_error_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RocksStore(tmp_path / "p").close()
    (tmp_path / "p" / "CURRENT").write_bytes(b"garbage")

    def read_only(path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(rocks.shutil, "rmtree", read_only)
    with pytest.raises(EngineError, match=r"cannot be removed: .*Read-only file system"):
        RocksStore(tmp_path / "p")


def test_a_failure_that_cannot_even_be_noted_on_the_disk_is_the_failure_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RocksStore(tmp_path / "p")

    def touch(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "touch", touch)
    with no_room(), pytest.raises(StoreBrokenError, match="File too large"):
        store.apply({b"a": b"1"}, MARKER, 7)
    store.close()
