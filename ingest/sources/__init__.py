"""Origins of videos: each source yields local files with a stable id."""
