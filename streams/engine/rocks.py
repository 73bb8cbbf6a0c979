"""A store on disk, in RocksDB: states larger than memory, and a restart that reads only what is new.

A commit and the changelog offset after it are written in one RocksDB batch, after the changelog has acknowledged it
and never before: so the folder is always a true prefix of the changelog, whenever the process dies.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import time
from collections.abc import Callable, ItemsView, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import orjson
from rocksdict import BlockBasedOptions, Cache, DbClosedError, Options, Rdict, WriteBatch

from streams.engine.changelog import RESERVED, Marker
from streams.engine.errors import EngineError

_META: Final = RESERVED + b"store"
_MOST_WORKERS: Final = 256
_FRESH_SECONDS: Final = 12 * 3600.0
"""A folder older than this is read again from the beginning. Kafka keeps the deletions of a compacted topic for a day
by default (``delete.retention.ms``); a store that has missed one would keep the deleted key for ever."""
_WRITE_BUFFER_BYTES: Final = 4 << 20
_WRITE_BUFFERS: Final = 2
"""One that is filled and one that is being written out. ``benchmarks/disk_store.py`` compares with RocksDB's own."""
_CACHE_BYTES: Final = 16 << 20
"""For all partitions of a stage: states are read once, when they are opened."""
_LOG_BYTES: Final = 1 << 20
_LOGS: Final = 2

log = logging.getLogger(__name__)


class StoreBrokenError(EngineError):
    """The store on disk is corrupt; it is rebuilt from the changelog at the next start."""


class RocksItems(Mapping[bytes, bytes]):
    """A live read-only view of a store's items."""

    def __init__(self, store: RocksStore) -> None:
        self._store = store

    def __getitem__(self, key: bytes) -> bytes:
        value = self._store.read(key)
        if value is None or key == _META:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[bytes]:
        return (key for key, _ in self._store.pairs())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def items(self) -> ItemsView[bytes, bytes]:
        return _RocksPairs(self._store, self)


class _RocksPairs(ItemsView[bytes, bytes]):
    """Reads keys with their values in one go: to look each of them up takes four times as long."""

    def __init__(self, store: RocksStore, items: RocksItems) -> None:
        super().__init__(items)
        self._store = store

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return self._store.pairs()


class RocksStore:
    """The state of one partition in a folder of its own.

    Raises :class:`StoreBrokenError` wherever the disk does not do what it must, and
    :class:`~streams.engine.errors.EngineError` for a folder that another process uses or that cannot be made again.
    """

    def __init__(self, path: Path, *, cache: Cache | None = None, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._cache = cache if cache is not None else Cache(_CACHE_BYTES)
        self._now = now
        self._marker: Marker | None = None
        self._next_offset = 0
        self._items = RocksItems(self)
        if self._condemned.exists():
            self._remove()
        try:
            self._db = self._opened()
            self._load()
        except StoreBrokenError as error:
            log.warning("%s is rebuilt from the changelog: %s", path, error)
            self._remove()
            self._db = self._opened()

    @property
    def items(self) -> Mapping[bytes, bytes]:
        return self._items

    @property
    def next_offset(self) -> int:
        return self._next_offset

    @property
    def marker(self) -> Marker | None:
        return self._marker

    def apply(self, changes: Mapping[bytes, bytes | None], marker: Marker | None, next_offset: int) -> None:
        batch = WriteBatch(raw_mode=True)
        for key, value in changes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        meta = {"next": next_offset, "at": self._now(), "marker": marker._asdict() if marker else None}
        batch.put(_META, orjson.dumps(meta))
        try:
            self._db.write(batch)
        except Exception as error:
            self._condemn(error)
        self._marker, self._next_offset = marker, next_offset

    def wipe(self) -> None:
        self._db.close()
        self._remove()
        self._db = self._opened()
        self._marker, self._next_offset = None, 0

    def close(self) -> None:
        try:
            self._db.close()
        except Exception as error:
            # What was applied is in its log or will be read again from the changelog.
            log.warning("%s could not be closed in order: %s", self._path, error)

    def read(self, key: bytes) -> bytes | None:
        """Return the stored value of ``key``, if any."""
        try:
            value: bytes | None = self._db.get(key)
        except Exception as error:
            self._condemn(error)
        return value

    def pairs(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield all items in order. Raises :class:`StoreBrokenError` where they cannot all be read."""
        # Not rocksdict's own iterators: at what cannot be read they end as if that were all.
        at = self._db.iter()
        try:
            at.seek_to_first()
            while at.valid():
                key, value = at.key(), at.value()
                if key != _META:
                    yield key, value
                at.next()
            at.status()
        except Exception as error:
            self._condemn(error)
        finally:
            del at  # it keeps the folder open, and the trace of an error keeps what its frames hold

    @property
    def _condemned(self) -> Path:
        return self._path.with_suffix(".broken")

    def _opened(self) -> Any:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            return Rdict(str(self._path), options=_options(self._cache))
        except Exception as error:
            # RocksDB has no error classes. A lock that is held means that somebody uses the folder; anything else, also
            # a lock that cannot be made, that it is broken.
            if any(held in str(error) for held in ("While lock file", "lock hold by")):
                raise EngineError(f"{self._path} is in use by another process: {error}") from error
            raise StoreBrokenError(f"{self._path} cannot be opened: {error}") from error

    def _load(self) -> None:
        try:
            stored = self._db.get(_META)
            if stored is None:
                if next(self.pairs(), None) is not None:
                    raise StoreBrokenError("it holds items but not up to where they reach")
                return
            meta = orjson.loads(stored)
            if self._now() - meta["at"] > _FRESH_SECONDS:
                raise StoreBrokenError("it is too old to have seen every deletion")
        except Exception as error:
            self.close()
            if isinstance(error, StoreBrokenError):
                raise
            raise StoreBrokenError(f"where it ends cannot be read: {error}") from error
        self._next_offset = meta["next"]
        self._marker = Marker(**meta["marker"]) if meta["marker"] else None

    def _condemn(self, error: Exception) -> NoReturn:
        """Have the folder rebuilt at the next start, for the disk has failed."""
        if isinstance(error, DbClosedError):
            raise error
        try:
            self._condemned.touch()
        except OSError as unwritable:
            log.warning("%s cannot be marked to be rebuilt: %s", self._path, unwritable)
        raise StoreBrokenError(f"{self._path}: {error}") from error

    def _remove(self) -> None:
        try:
            if self._path.exists():
                shutil.rmtree(self._path)
            self._condemned.unlink(missing_ok=True)
        except OSError as error:
            # With a part of it left, it could be taken for whole.
            raise EngineError(f"{self._path} is to be rebuilt and cannot be removed: {error}") from error


def _options(cache: Cache) -> Options:
    """Return RocksDB's defaults with its memory and its own logs bounded; how a write is made durable stays."""
    blocks = BlockBasedOptions()
    blocks.set_block_cache(cache)
    options = Options(raw_mode=True)
    options.set_block_based_table_factory(blocks)
    options.set_write_buffer_size(_WRITE_BUFFER_BYTES)
    options.set_max_write_buffer_number(_WRITE_BUFFERS)
    # Its log would keep a file of each of the last 1,000 starts, and statistics every ten minutes.
    options.set_stats_dump_period_sec(0)
    options.set_max_log_file_size(_LOG_BYTES)
    options.set_keep_log_file_num(_LOGS)
    return options


class RocksFolder:
    """The folder of one worker for one changelog: ``{folder}/{changelog}/{number}``, the first that is free.

    Workers on one machine may share ``folder``; each keeps its number while it runs, and a restarted worker finds
    what its predecessor left.
    """

    def __init__(self, folder: Path, changelog: str) -> None:
        self._lock, self._folder = _first_free(folder / changelog)
        self._cache = Cache(_CACHE_BYTES)

    def open(self, partition: int) -> RocksStore:
        """Return the store of a partition."""
        return RocksStore(self._folder / f"partition-{partition}", cache=self._cache)

    def close(self) -> None:
        """Let another worker have the folder."""
        self._lock.close()


def _first_free(parent: Path) -> tuple[IO[str], Path]:
    for number in range(_MOST_WORKERS):
        folder = parent / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "in-use").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
        else:
            return lock, folder
    raise EngineError(f"all {_MOST_WORKERS} folders below {parent} are in use")
