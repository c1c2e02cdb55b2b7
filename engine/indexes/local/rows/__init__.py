"""Rows of an index, one a video: its tag counts, its vector, and a column for each metadatum."""
