"""Words as such: their spelling, their language, and the numbers of those that are tags."""
