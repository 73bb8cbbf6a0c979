"""A worker put together: settings → stages, engine, metrics (``app``, ``observer``), its interpreter and its page.

May import everything but ``streams.cli`` and ``streams.delivery``.
"""
