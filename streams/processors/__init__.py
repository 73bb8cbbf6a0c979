"""Thin wiring, one file a stage: records in, core, records out.

May import ``schemas``, ``streams.core``, ``streams.engine``. No rule of the domain lives here.
"""
