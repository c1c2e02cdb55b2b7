"""Weights of the taggers, each with its model card. Nothing is run here."""
