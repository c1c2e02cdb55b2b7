"""Captions that come along with a video: found, read, cleaned, as cues with their seconds."""
