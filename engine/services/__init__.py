"""Use cases: a question and what is asked in, typed results out; the same for every entry point."""
