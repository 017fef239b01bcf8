"""The peers: one file each, all answering the same question on the same files."""
