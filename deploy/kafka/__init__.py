"""A Kafka broker of one node, without Docker."""
