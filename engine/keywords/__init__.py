"""Words of people and the tags they mean."""
