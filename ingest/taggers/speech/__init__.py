"""Spoken words: which tags they mean, and who hears them where nobody wrote them down."""
