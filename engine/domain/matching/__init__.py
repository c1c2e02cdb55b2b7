"""Configuration of an index, questions to it, and its answers."""
