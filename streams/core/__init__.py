"""The rules of the domain: pure and synchronous, state and input in, outputs and next state out.

Lives here: intake (is it usable, new, and where), extraction (text to claims), fusion (claims to incidents),
windows (incidents to counters), alerting, and replay, which runs them all without a broker.
May import: ``schemas``, the standard library and pure libraries (pydantic, orjson, rensa,
shapely). No Kafka, Faust, Prometheus, clock, file or network: a test holds this folder to it.
"""
