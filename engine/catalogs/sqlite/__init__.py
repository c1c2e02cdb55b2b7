"""Storage: the catalog in SQLite, a track of observations per video, generations on disk."""
