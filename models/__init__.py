"""The shelf: what each tagger's model is (its card) and its weights. Nothing is run here."""
