"""Words that stand for a tag, and words narrower than it: a table made from WordNet 3.0."""
