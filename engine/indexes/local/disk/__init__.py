"""Generations on disk: how they are laid out, written whole or not at all, and checked."""
