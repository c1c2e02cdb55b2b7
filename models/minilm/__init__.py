"""all-MiniLM-L6-v2: texts as vectors, near where the texts mean alike."""
