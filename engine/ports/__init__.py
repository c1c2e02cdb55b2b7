"""Protocols: what the engine asks of a catalog, an index, an executor and a tagger."""
