"""What a running service keeps up to date, and does by itself."""
