"""The command line of a service: its processes, its flow of events, and its own commands."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import get_args
from uuid import UUID

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from shared import audit, tracing
from shared import logging as logs
from shared.errors import LogUnavailable, NotCurrent, Refusal, WrongSetting
from shared.ids import new_id
from shared.messaging import operations, rebuild
from shared.messaging.letters import listed
from shared.messaging.mending import TICKET, Reason
from shared.messaging.notification import Announcer
from shared.migrations import is_current, make_version, migrate, require_current
from shared.processes import open_database, open_log, run_consumer, run_relay
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.waiting import is_waiting
from shared.web.app import create_app
from shared.web.keys import KeyRing
from shared.web.server import Stoppable, serve

OWN_CHECK = ("web", "relay", "consumer", "migrate")
"""The commands that look at the schema themselves, in their own role."""


def run(service: Service) -> None:
    """Run the command line of a service."""
    with in_one_sentence(service.name):
        settings = read_settings()
        logs.configure(settings.log_level)
        command_line(service, settings)(standalone_mode=False, prog_name=f"python -m services.{service.name}")


@contextmanager
def in_one_sentence(name: str = "") -> Iterator[None]:
    """End the program with one sentence and exit code 1 when something is refused, or a database is away.

    The sentence begins with the name of the service, where there is one.
    """
    who = f"{name}: " if name else ""
    try:
        yield
    except (Refusal, WrongSetting, NotCurrent, LogUnavailable) as refused:
        sys.exit(f"{who}{refused}")
    except DBAPIError as error:
        if not is_waiting(error):
            raise
        sys.exit(f"{who}The database does not answer ({_first_line(error.orig)}). Try again when it does.")
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)


def web_app(service: Service, settings: Settings | None = None) -> Flask:
    """Make the WSGI application of a service's web process."""
    settings = settings or read_settings()
    database = open_database(service, settings, "web")
    keys = KeyRing(database, settings)
    return create_app(
        service,
        settings,
        database,
        keys,
        schema_is_current=partial(is_current, service),
        trusted_proxies=settings.trusted_proxies,
    )


def command_line(service: Service, settings: Settings) -> click.Group:
    """Give the commands of a service."""

    @click.group(help=f"Run and operate {service.name}.")
    @click.pass_context
    def group(context: click.Context) -> None:
        if context.invoked_subcommand not in OWN_CHECK:
            logs.silence_client_of_the_log()  # What it meets while it tries again is said once, by the refusal.
            context.with_resource(logs.bound(correlation=str(new_id())))
            context.with_resource(audit.acting(audit.COMMAND_LINE))
            with closing(open_database(service, settings, "worker")) as database:
                require_current(service, database)

    @group.command(help="Answer requests under gunicorn.")
    @click.option("--bind", default=f"{settings.host}:{settings.port}", show_default=True)
    def web(bind: str) -> None:
        serve_web(service, settings, bind=bind)

    @group.command(help="Publish the outbox and call the timers, until SIGTERM.")
    def relay() -> None:
        run_relay(service, settings)

    @group.command(help="Handle the events that this service listens to, until SIGTERM.")
    def consumer() -> None:
        run_consumer(service, settings)

    @group.command("migrate", help="Bring the database to the newest schema.")
    @click.option("--make", metavar="MESSAGE", help="Write a new version from the models instead.")
    def migrate_(make: str | None) -> None:
        database = open_database(service, settings, "owner")
        if make:
            make_version(service, database, make)
            return
        migrate(service, database)
        click.echo(f"{service.name}: the schema is current.")

    _add_fold(group, service, settings)
    group.add_command(_events(service, settings))
    group.add_command(_audit(service, settings))
    for command in service.commands:
        group.add_command(command)
    return group


def serve_web(service: Service, settings: Settings, *, bind: str) -> None:
    """Serve a service's API; on PostgreSQL its outbox rings the relay's bell."""
    with closing(open_database(service, settings, "web")) as database:
        require_current(service, database)
    made: list[Flask] = []

    def factory() -> Flask:
        made.append(web_app(service, settings))
        return made[-1]

    def start() -> Sequence[Stoppable]:
        edge = made[-1].extensions["wiyata"]
        bells = [] if edge.database.is_sqlite else [Announcer(edge.database.address)]
        return [tracing.start(settings.traces, f"{service.name} web"), edge.keys.start(), *bells]

    serve(factory, bind=bind, threads=settings.server_threads, workers=settings.web_workers, on_start=start)


def _add_fold(group: click.Group, service: Service, settings: Settings) -> None:
    @group.command("rebuild", help="Replace the projections by a fresh fold of the log.")
    def rebuild_() -> None:
        count = rebuild.rebuild(service, open_database(service, settings, "worker"), open_log(settings), _progress)
        click.echo(f"{service.name}: {count} events folded, projections exchanged.")

    @group.command(help="Compare the projections with a fresh fold of the log.")
    def verify() -> None:
        found = rebuild.verify(service, open_database(service, settings, "worker"), open_log(settings), _progress)
        for line in found:
            click.echo(line)
        click.echo(f"{service.name}: {len(found)} differences" if found else f"{service.name}: identical")
        if found:
            sys.exit(1)


def _events(service: Service, settings: Settings) -> click.Group:
    @click.group(help="Look at and operate the flow of events.")
    def events() -> None: ...

    @events.command(help="Outbox, lag, dead and parked events.")
    def status() -> None:
        database = open_database(service, settings, "worker")
        click.echo(json.dumps(operations.status(service, database, open_log(settings)), indent=2))

    @events.command(help="List dead events and what is parked behind them.")
    def dead() -> None:
        with open_database(service, settings, "worker").reading() as session:
            for letter in listed(session):
                click.echo(json.dumps(letter, default=str))

    @events.command(help="Handle a dead event again, then its line.")
    @click.argument("event_id", type=click.UUID)
    def replay(event_id: UUID) -> None:
        count = operations.replay(service, open_database(service, settings, "worker"), event_id)
        click.echo(f"{count} events handled.")

    @events.command(help="Give a dead event up; its line goes on.")
    @click.argument("event_id", type=click.UUID)
    @click.option("--reason", type=click.Choice(get_args(Reason)), required=True)
    @click.option("--ticket", default="", callback=_ticket, help="Where the case is told: its number, and no sentence.")
    def discard(event_id: UUID, reason: Reason, ticket: str) -> None:
        database = open_database(service, settings, "worker")
        count = operations.discard(service, database, event_id, reason=reason, ticket=ticket)
        click.echo(f"{count} events handled.")

    @events.command(help="Fill an empty topic from the outbox.")
    def republish() -> None:
        database = open_database(service, settings, "worker")
        click.echo(f"{operations.republish(service, database, open_log(settings))} events will be published again.")

    @events.command(help="Handle the past events of a type that was subscribed to late.")
    @click.argument("event_type")
    def backfill(event_type: str) -> None:
        database = open_database(service, settings, "worker")
        count = operations.backfill(service, database, open_log(settings), event_type)
        click.echo(f"{count} events handled.")

    return events


def _ticket(_context: click.Context, _option: click.Parameter, sent: str) -> str:
    if sent and not re.fullmatch(TICKET, sent):
        raise click.BadParameter("A number such as OPS-17 of at most 40 letters, digits and . _ / # -")
    return sent


def _audit(service: Service, settings: Settings) -> click.Group:
    @click.group("audit", help="Look at what was done by operating and administering.")
    def acts() -> None: ...

    @acts.command("list", help="List acts, the newest last.")
    @click.option("--most", default=50, show_default=True, type=click.IntRange(1))
    def list_(most: int) -> None:
        with open_database(service, settings, "worker").reading() as session:
            for act in audit.newest(session, most):
                click.echo(json.dumps(act, default=str))

    @acts.command(help="Walk along the chain of acts; exit code 1 and the first fault if it does not hold.")
    @click.option("--head", default="", metavar="HASH", help="A head seen earlier, which must be a link.")
    def verify(head: str) -> None:
        with open_database(service, settings, "worker").reading() as session:
            found = audit.verify(session, remembered=head)
        click.echo(f"{service.name}: {found.fault or 'the chain holds'}; {found.acts} acts, head {found.head}")
        if found.fault:
            sys.exit(1)

    return acts


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), "").strip()


def _progress(count: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{count} events", nl=False, err=True)
