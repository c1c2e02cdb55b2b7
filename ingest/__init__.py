"""Seeing: an address or a file in, observations per second out. Knows nothing of HTTP routes."""
