"""`python -m services.catalogue`: the command line of this service."""

from services.catalogue.app import service
from shared.cli import run

if __name__ == "__main__":
    run(service)
