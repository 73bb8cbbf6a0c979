"""Casualty figures: ``find`` reads them sentence by sentence, ``merging`` groups those that tell of one event."""
