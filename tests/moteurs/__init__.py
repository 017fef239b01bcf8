"""The engines hold against one another, on data generated for every rule."""
