"""The inner loops: arrays in, arrays out. Plain Python functions, compiled by wrapping."""
