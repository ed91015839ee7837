"""The tables that every service's database has besides its own: for events, accesses, acts, and the web's edge."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from shared.database import NAMES, BigSerial, UtcDateTime

PARTITIONS = 12
"""How many partitions every topic has. Fixed for the life of a log: another number means a new log and a republish."""

tables = MetaData(naming_convention=NAMES)

outbox = Table(
    "outbox",
    tables,
    Column("position", BigSerial, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("tenant", Uuid, nullable=False),
    Column("type", String(120), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("key", String(200), nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("batch", BigInteger),  # The relay's transaction that published it last, counted from 1.
    Column("body", Text, nullable=False),
    info={"kind": "plumbing", "row_security": "own"},
)
Index(
    "ix_outbox_unpublished",
    outbox.c.position,
    postgresql_where=text("published_at IS NULL"),
    sqlite_where=text("published_at IS NULL"),
)

Index("ix_outbox_line", outbox.c.tenant, outbox.c.key, outbox.c.batch, outbox.c.position)

aggregates = Table(
    "aggregates",
    tables,
    Column("tenant", Uuid, primary_key=True),
    Column("subject", String(120), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    info={"kind": "plumbing", "row_security": "own"},
)

inbox = Table(
    "inbox",
    tables,
    Column("event_id", Uuid, primary_key=True),
    Column("state", String(10), nullable=False),
    info={"kind": "plumbing"},
)

positions = Table(
    "positions",
    tables,
    Column("topic", String(120), primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("log_id", String(60), nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("begun", BigInteger, nullable=False),  # Up to where somebody began to handle what stands at the position.
    info={"kind": "plumbing"},
)

partitions = Table(
    "partitions",
    tables,
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    info={"kind": "plumbing"},
)

tries = Table(
    "tries",
    tables,
    Column("event_id", Uuid, primary_key=True),
    Column("count", Integer, nullable=False),
    info={"kind": "plumbing"},
)

letters = Table(
    "letters",
    tables,
    Column("position", BigSerial, primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("tenant", Uuid),
    Column("type", String(120), nullable=False),
    Column("key", String(200), nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("tries", Integer, nullable=False),  # How often it was tried in vain.
    Column("trace", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    info={"kind": "plumbing", "row_security": "own and operators"},
)
Index("ix_letters_line", letters.c.key, letters.c.state)
Index("ix_letters_state", letters.c.state, letters.c.position)

timers = Table(
    "timers",
    tables,
    Column("name", String(80), primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    info={"kind": "plumbing"},
)

leadership = Table(
    "leadership",
    tables,
    Column("name", String(20), primary_key=True),
    Column("log_id", String(60)),  # The log that the outbox is published to.
    Column("batches", BigInteger, nullable=False),  # How many transactions have published.
    info={"kind": "plumbing"},
)

requests = Table(
    "requests",
    tables,
    Column("tenant", Uuid, primary_key=True),
    Column("subject", String(80), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    info={"kind": "plumbing", "row_security": "own"},
)

accesses = Table(
    "accesses",
    tables,
    Column("id", Uuid, primary_key=True),
    Column("tenant", Uuid, nullable=False),
    Column("person", Uuid, nullable=False),  # Whose rows were shown.
    Column("at", UtcDateTime, nullable=False),
    Column("reader", Uuid, nullable=False),  # A person's id, or a machine's.
    Column("machine", Boolean, nullable=False),
    Column("role", String(20), nullable=False),
    Column("operation", String(120), nullable=False),
    Column("correlation", Uuid, nullable=False),
    info={"kind": "plumbing", "row_security": "own and operators"},
)
Index("ix_accesses_person", accesses.c.tenant, accesses.c.person, accesses.c.id)
Index("ix_accesses_at", accesses.c.at)

audit = Table(
    "audit",
    tables,
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # Counted from 1, without holes.
    Column("at", UtcDateTime, nullable=False),
    Column("tenant", Uuid, nullable=False),
    Column("actor", Uuid),
    Column("role", String(20), nullable=False),
    Column("act", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("details", Text, nullable=False),
    Column("correlation", String(60), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    info={"kind": "plumbing", "row_security": "own and operators", "append_only": True},
)
Index("ix_audit_tenant", audit.c.tenant, audit.c.position)

audit_head = Table(
    "audit_head",
    tables,
    Column("name", String(20), primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    info={"kind": "plumbing"},
)

token_keys = Table(
    "token_keys",
    tables,
    Column("kid", String(80), primary_key=True),
    Column("jwk", Text, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    info={"kind": "plumbing"},
)


def service_metadata() -> MetaData:
    """Give the metadata for one service, with the plumbing in it."""
    metadata = MetaData(naming_convention=NAMES)
    for table in tables.sorted_tables:
        table.to_metadata(metadata)
    return metadata
