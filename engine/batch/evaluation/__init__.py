"""Evaluation of settings by what viewers went on to like: replayed by time, never leaked."""
