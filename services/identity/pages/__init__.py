"""The pages on which people sign in, in Indonesian and English, without any script."""
