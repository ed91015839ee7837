"""`python -m services.identity`: its processes and commands."""

from services.identity.app import service
from shared.cli import run

if __name__ == "__main__":
    run(service)
