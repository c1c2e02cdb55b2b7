"""Contents of one video: counts, categories, risks, the best seconds for ads. Pure."""
