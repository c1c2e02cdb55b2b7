"""A whole catalog with its generations in one file, and back."""
