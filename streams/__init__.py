"""Sitrep: an event-stream service that turns war reports into counters one can defend.

Flow of imports, one way: ``schemas`` ← ``core`` ← ``engine``, ``processors`` ← ``worker``, ``cli``.
"""
