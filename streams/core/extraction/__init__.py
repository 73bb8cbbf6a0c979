"""Extraction: from a text in English, Ukrainian or Russian to claims, by rules and built tables.

``extract`` reads a text once (``document``), finds places, quantities, times and triggers, binds them and assembles
claims of the wire. Everything here is pure; words and places are passed in as :class:`Knowledge`.
"""

from streams.core.extraction.extract import VERSION, ExtractionPolicy, Knowledge, extract
from streams.core.extraction.model import DocumentText, ExtractedClaim, Extraction, Rejected

__all__ = [
    "VERSION",
    "DocumentText",
    "ExtractedClaim",
    "Extraction",
    "ExtractionPolicy",
    "Knowledge",
    "Rejected",
    "extract",
]
