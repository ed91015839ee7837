"""The crash test: processes, broker and database are killed amid the work, and nothing is lost or doubled."""
