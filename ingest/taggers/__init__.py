"""Taggers of frames. Each passes the suite in tests/support/conformance/tagger.py."""
