"""The nouns: frozen records and their own rules. Standard library and numpy, no input or output."""
