"""`python -m services.enrolment web|consumer|relay|migrate|rebuild|verify|events`."""

from services.enrolment.app import service
from shared.cli import run

if __name__ == "__main__":
    run(service)
