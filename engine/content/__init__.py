"""What one video holds: counts, categories, risks, the best seconds for ads. Pure."""
