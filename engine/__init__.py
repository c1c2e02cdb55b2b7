"""The matching engine: tag counts in, ranked matches out. Knows nothing of HTTP or ffmpeg."""
