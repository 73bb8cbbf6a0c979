"""The producer of a stage: one for all its partitions, for what they send at one moment goes in one request."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer

from streams.engine.config import EngineConfig


def new_producer(config: EngineConfig, client_id: str) -> AIOKafkaProducer:
    """Return a producer, not yet started, whose every acknowledgement means that all replicas have the record.

    It has one request under way to a broker at a time; what is handed over meanwhile goes together in the next.
    """
    return AIOKafkaProducer(
        **config.client_settings(),
        client_id=client_id,
        acks="all",
        linger_ms=0,
        max_batch_size=config.batch_bytes,
        max_request_size=config.batch_bytes + 64 * 1024,
        compression_type=config.compression,
        enable_idempotence=bool(config.idempotent),
    )
