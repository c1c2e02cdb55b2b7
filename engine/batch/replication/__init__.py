"""A catalog and its index published to a store of objects, and brought to other machines."""
