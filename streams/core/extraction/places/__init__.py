"""Places in running text. ``locate`` finds them; nothing here knows what happened there."""
