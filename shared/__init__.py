"""What must behave alike in every service: published language and plumbing; no domain noun but in `shared.events`."""
