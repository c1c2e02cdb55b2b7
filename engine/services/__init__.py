"""Use cases: a question and what it is asked of in, typed results out; the same for every door."""
