"""What writes the generated parts of the documents: reference pages from the code, pictures from real runs.

``python -m docs.source`` writes the pages, ``python -m docs.source.pictures`` the pictures.
"""
