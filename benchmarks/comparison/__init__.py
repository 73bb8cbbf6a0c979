"""``make bench-peers``: the same work in this project's engine, in its peers, and the ceilings; the shipped pipeline.

Lives here: what starts brokers and programs, feeds them, watches their results, and keeps the figures. The programs
themselves are in ``benchmarks/peers``, since the peers' run in an environment of their own.
"""
