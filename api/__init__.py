"""The entry points: command line and HTTP. Few lines over calls of the packages below."""
