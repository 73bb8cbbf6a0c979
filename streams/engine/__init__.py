"""Faust in block mode: transport, state, outbox. Knows nothing of strikes.

Lives here: what turns fetched chunks of Kafka records into one call of a :class:`~streams.engine.stage.Stage`,
sends what came out, stores what changed, and commits only then.
May import: the standard library, faust, mode, aiokafka, orjson, rocksdict. Never ``schemas`` or ``streams.core``.
"""
