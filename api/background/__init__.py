"""Background work of a running service: state it keeps up to date, and what it does by itself."""
