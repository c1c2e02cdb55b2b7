"""Universal Sentence Encoder, multilingual: texts of sixteen languages as vectors of one space."""
