"""Nouns of a catalog in SQL that every database here understands; what differs is a dialect."""
