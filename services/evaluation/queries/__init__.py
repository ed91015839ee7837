"""What evaluation answers: standards, profiles with their evidence, learning hours and figures."""
