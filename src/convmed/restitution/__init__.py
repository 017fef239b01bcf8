"""restitution."""
