"""Steps of the table build: transliteration, sources, polygons. Imported by ``build.py`` alone."""
