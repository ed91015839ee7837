"""The use cases of identity that change state, one function each; they never commit."""
