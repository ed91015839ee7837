"""Sample input of whole cities, and the programs that load it and drive it over HTTP."""
