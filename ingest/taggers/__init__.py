"""Who names what is on a frame. Each tagger passes the suite in tests/support/conformance/tagger.py."""
