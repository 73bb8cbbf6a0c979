"""What an administrator does to a broker: create and check its topics, and allow each role what it needs.

May import ``schemas``, ``streams.core.wording``, ``streams.client`` and ``streams.settings``.
"""
