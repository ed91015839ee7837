"""The shapes of evaluation's API."""
