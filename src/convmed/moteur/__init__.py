"""Rules as expressions, read as columns, as traced values or as symbols. Knows nothing about medicine."""
