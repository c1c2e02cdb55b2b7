"""Clarifai as a tagger."""
