"""Quality of lists: those that were shown, the clicks on them, and settings compared."""
