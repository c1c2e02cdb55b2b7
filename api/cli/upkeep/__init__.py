"""Commands for who runs an installation: the index, copies of it all, keys, models, the service."""
