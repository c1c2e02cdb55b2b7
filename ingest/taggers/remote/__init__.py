"""Taggers on other machines: what is sent, what comes back, and what a failure means."""
