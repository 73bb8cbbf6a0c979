"""Strikes: ``find`` reads the words that say an attack with a weapon happened, and what stands round them."""
