"""How Wiyata is started and laid out: the image, compose, and a database and a broker for machines without Docker."""
