"""Who names what is on a frame. Each passes the suite in tests/support/conformance/tagger.py."""
