"""`python -m services.assessment web|consumer|relay|migrate|rebuild|verify|events`."""

from services.assessment.app import service
from shared.cli import run

if __name__ == "__main__":
    run(service)
