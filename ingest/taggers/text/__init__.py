"""Words on the picture: where text stands, what it says, and on which seconds."""
