"""The key function agrees with what ordinary Kafka clients do."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.partitioning import partition_for


@given(st.binary(max_size=80), st.integers(1, 200))
def test_a_key_goes_where_ordinary_clients_send_it(key: bytes, partitions: int) -> None:
    everyone = list(range(partitions))
    assert partition_for(key, partitions) == DefaultPartitioner()(key, everyone, everyone)


def test_known_keys_keep_their_partition_for_ever() -> None:
    """From the Java client: ``Utils.toPositive(Utils.murmur2(key)) % 1000`` of its own test keys."""
    # Utils.murmur2: "21" is -973932308, "foobar" is -790332482, "a-little-bit-long-string" is -985981536.
    known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}
    for key, murmur in known.items():
        assert partition_for(key, 1_000) == (murmur & 0x7FFFFFFF) % 1_000


def test_a_record_without_a_key_goes_to_the_first_partition() -> None:
    assert partition_for(None, 12) == 0


def test_a_topic_without_partitions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one partition"):
        partition_for(b"k", 0)
