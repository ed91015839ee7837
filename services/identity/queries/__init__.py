"""What identity can be asked: units, people, names, and what a person may do."""
