"""How people and programs reach convmed: the command line."""
