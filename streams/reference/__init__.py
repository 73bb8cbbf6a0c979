"""The gazetteer: built tables of regions, raions, settlements and polygons, and the code that reads them.

``tables/`` is what runs; ``build.py`` and ``building/`` make it from the sources named in ``ATTRIBUTION.md`` and
are never imported at run time. This package may import ``schemas``, ``shapely`` and ``orjson``; ``streams.core``
is given a :class:`~streams.reference.gazetteer.Gazetteer` and reads no files itself.
"""
