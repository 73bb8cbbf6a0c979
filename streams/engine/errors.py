"""What can go wrong in the engine, by whose fault: the world's, the operator's, or a bug.

Bad input is never an exception here: a stage turns it into an output (a dead letter).
"""

from __future__ import annotations


class EngineError(Exception):
    """Base of all errors of the engine."""


class BrokerAwayError(EngineError):
    """No broker answered in time."""


class TopicError(EngineError):
    """A topic is missing or has the wrong number of partitions."""


class SendRefusedError(EngineError):
    """The broker did not acknowledge a record: nothing of the block may be committed."""


class RecordTooLargeError(SendRefusedError):
    """One output record is larger than a batch may be."""


class ChangesTooLargeError(EngineError):
    """The changes of one step do not fit into one changelog batch, which alone is atomic."""


class ForeignWriteError(EngineError):
    """Another writer appended to our changelog partition: this worker or the other one is a leftover."""


class StateLostError(EngineError):
    """The stored state ends before the records that follow it begin: going on would miscount."""


class RecoveryStalledError(EngineError):
    """The changelog could not be read to its end."""


class StaleBlockError(EngineError):
    """The partition was taken away while its block was being worked: the block must not be acknowledged."""
