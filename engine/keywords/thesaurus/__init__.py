"""Which words stand for a tag, and which are narrower than it: a table made from WordNet 3.0."""
