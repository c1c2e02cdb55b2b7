"""Places where a remote tagger can fetch the copy of a video: put there, handed out, deleted."""
