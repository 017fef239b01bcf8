"""Texts, figures and scenarios."""
