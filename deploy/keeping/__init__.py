"""Backups: of every database at one moment and of the materials, and the way back into an empty suite."""
