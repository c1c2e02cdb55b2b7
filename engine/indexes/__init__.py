"""Indexes: videos by their tags, searched. A folder an engine."""
