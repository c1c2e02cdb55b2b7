"""The web console: pages for people, rendered here, that ask no other host for anything."""
