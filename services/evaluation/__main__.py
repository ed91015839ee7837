"""`python -m services.evaluation web|consumer|relay|migrate|rebuild|verify|events`."""

from services.evaluation.app import service
from shared.cli import run

if __name__ == "__main__":
    run(service)
