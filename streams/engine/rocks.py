"""A store on disk, in RocksDB: states larger than memory, and a restart that reads only what is new.

A commit and the changelog offset after it are written in one RocksDB batch, after the changelog has acknowledged it
and never before: so the folder is always a true prefix of the changelog, whenever the process dies.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import orjson
from rocksdict import DbClosedError, Options, Rdict, WriteBatch

from streams.engine.changelog import RESERVED, Marker
from streams.engine.errors import EngineError

_META: Final = RESERVED + b"store"
_MOST_WORKERS: Final = 256
_FRESH_SECONDS: Final = 12 * 3600.0
"""A folder older than this is read again from the beginning. Kafka keeps the deletions of a compacted topic for a day
by default (``delete.retention.ms``); a store that has missed one would keep the deleted key for ever."""

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
        return (key for key in self._store.all_keys() if key != _META)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class RocksStore:
    """The state of one partition in a folder of its own."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = path
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
        self._guarded(lambda: self._db.write(batch))
        self._marker, self._next_offset = marker, next_offset

    def wipe(self) -> None:
        self._db.close()
        self._remove()
        self._db = self._opened()
        self._marker, self._next_offset = None, 0

    def close(self) -> None:
        self._db.close()

    def read(self, key: bytes) -> bytes | None:
        """Return the stored value of ``key``, if any."""
        value: bytes | None = self._guarded(lambda: self._db.get(key))
        return value

    def all_keys(self) -> Iterator[bytes]:
        """Return all keys, also the store's own."""
        found: Iterator[bytes] = self._guarded(self._db.keys)
        return found

    @property
    def _condemned(self) -> Path:
        return self._path.with_suffix(".broken")

    def _opened(self) -> Any:
        self._path.mkdir(parents=True, exist_ok=True)
        try:
            return Rdict(str(self._path), options=Options(raw_mode=True))
        except Exception as error:
            # RocksDB has no error classes. A lock means that somebody uses the folder; anything else that it is broken.
            if "LOCK" in str(error):
                raise EngineError(f"{self._path} is in use by another process: {error}") from error
            raise StoreBrokenError(str(error)) from error

    def _load(self) -> None:
        stored = self._db.get(_META)
        if stored is None:
            if next(iter(self._db.keys()), None) is not None:
                self._db.close()
                raise StoreBrokenError("it holds items but not up to where they reach")
            return
        meta = orjson.loads(stored)
        if self._now() - meta["at"] > _FRESH_SECONDS:
            self._db.close()
            raise StoreBrokenError("it is too old to have seen every deletion")
        self._next_offset = meta["next"]
        self._marker = Marker(**meta["marker"]) if meta["marker"] else None

    def _guarded(self, access: Callable[[], Any]) -> Any:
        try:
            return access()
        except DbClosedError:
            raise
        except Exception as error:
            self._condemn(error)

    def _condemn(self, error: Exception) -> NoReturn:
        self._condemned.touch()
        raise StoreBrokenError(f"{self._path}: {error}") from error

    def _remove(self) -> None:
        shutil.rmtree(self._path, ignore_errors=True)
        self._condemned.unlink(missing_ok=True)


class RocksFolder:
    """The folder of one worker for one changelog: ``{folder}/{changelog}/{number}``, the first that is free.

    Workers on one machine may share ``folder``; each keeps its number while it runs, and a restarted worker finds
    what its predecessor left.
    """

    def __init__(self, folder: Path, changelog: str) -> None:
        self._lock, self._folder = _first_free(folder / changelog)

    def open(self, partition: int) -> RocksStore:
        """Return the store of a partition."""
        return RocksStore(self._folder / f"partition-{partition}")

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
