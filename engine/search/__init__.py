"""Recommendations and matches: a query in, ranked videos and their reasons out."""
