"""What can be done in assessment: one function each; the edge commits."""
