"""Use cases: a question, a catalog and an index in, typed results out; the same everywhere."""
