"""The whole suite in one process: `python -m services run`; and what is said of all services: `docs`."""

import click

from services.documents import write_documents
from services.embedded import SERVICES, serve_suite
from shared import logging as logs
from shared.cli import in_one_sentence
from shared.settings import read_settings


@click.group()
def main() -> None:
    """Run all services in one process."""


@main.command()
def run() -> None:
    """Serve the whole suite on embedded defaults until Ctrl-C or SIGTERM."""
    settings = read_settings()
    logs.configure(settings.log_level)
    serve_suite(settings)


@main.command()
def docs() -> None:
    """Write the event catalogue and the AsyncAPI document."""
    changed = write_documents(SERVICES)
    click.echo("\n".join(f"Wrote {path}" for path in changed) or "The documents are current.")


if __name__ == "__main__":
    with in_one_sentence():
        main(prog_name="python -m services")
