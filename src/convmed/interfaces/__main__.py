"""`python -m convmed.interfaces` is the command line."""

from convmed.interfaces.cli import principal

principal()
