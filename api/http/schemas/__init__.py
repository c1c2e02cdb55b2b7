"""Schemas of requests and answers, with examples for the documentation; one file a noun."""
