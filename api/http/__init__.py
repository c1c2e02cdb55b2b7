"""The HTTP service: routes, schemas, and what every request passes through."""
