"""Imports from other taggers: their result files -> videos with tags, without any footage."""
