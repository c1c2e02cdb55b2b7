"""The tagger that comes along: small networks that look at frames, on this machine."""
