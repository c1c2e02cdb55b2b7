"""Campaigns and videos: who may run where, and how well it fits."""
