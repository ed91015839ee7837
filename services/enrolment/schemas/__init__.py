"""The shapes of enrolment's API."""
