"""The engine alone, on a text without medicine."""
