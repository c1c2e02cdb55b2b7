"""Pages of videos: the catalog, one video with its player and timeline, and adding more."""
