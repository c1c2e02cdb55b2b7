"""Catalogs: all that is stored of videos, viewers, campaigns and jobs. A folder an engine."""
