"""The pages, one module a journey; each has a `routeur`."""
