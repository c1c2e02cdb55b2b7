"""Spoken words: which tags they mean, and their recognition where nobody wrote them down."""
