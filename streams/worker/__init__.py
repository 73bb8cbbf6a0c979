"""A worker put together: settings → stages, engine, metrics (``app``, ``observer``), and its page over HTTP.

May import everything but ``streams.cli`` and ``streams.delivery``.
"""
