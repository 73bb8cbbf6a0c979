"""Which brokers drop repeated sends by themselves: those with idempotent producers. The embedded one has none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiokafka.errors import ClusterAuthorizationFailedError, UnknownError, UnsupportedVersionError

NO_IDEMPOTENCE: Final = (UnknownError, UnsupportedVersionError, ClusterAuthorizationFailedError)
"""How brokers without idempotent producers, or without the permission for them, answer ``InitProducerId``."""


@contextmanager
def asking_for_idempotence() -> Iterator[None]:
    """Start an idempotent producer in here to see: where there are none aiokafka logs no error, but still raises."""

    def expected(record: logging.LogRecord) -> bool:
        return "InitProducerId" not in record.getMessage()

    logger = logging.getLogger("aiokafka.producer.sender")
    logger.addFilter(expected)
    try:
        yield
    finally:
        logger.removeFilter(expected)
