"""The one web edge of every service: how a request is admitted, answered, refused, measured and logged."""
