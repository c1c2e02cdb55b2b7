"""Jobs over a whole catalog: a reindex, a backup."""
