"""Every setting of the suite, read once from the environment into one typed value."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from environs import Env, EnvError
from marshmallow.validate import OneOf, Range, Regexp

from shared.errors import WrongSetting

Role = Literal["owner", "web", "worker"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says. Defaults make the embedded mode work; addresses of PostgreSQL and Kafka have none.

    A database address may hold `{service}`, which becomes the name of the service. Without one, each service has
    a SQLite file in `folder`; without `kafka`, the event log is a SQLite file there too. Uploaded files lie in a bucket
    of an S3 server where one is named, else in `folder`; nginx may serve those itself, from its `files_location`.
    """

    folder: Path
    host: str
    port: int
    operations_port: int
    public_url: str
    identity_keys_url: str
    database_owner: str
    database_web: str
    database_worker: str
    kafka: str
    replica: str
    tries: int
    stuck_after: int
    traces: str
    log_level: str
    web_threads: int
    web_waiting: int
    web_workers: int
    trusted_proxies: int
    json_limit: int
    upload_limit: int
    certificate_limit: int
    people_list_limit: int
    accesses_kept_days: int
    s3_endpoint: str
    s3_bucket: str
    s3_region: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    files_location: str

    def __post_init__(self) -> None:
        """Raise `WrongSetting` for settings that mean nothing without each other."""
        if not self.s3_bucket and (self.s3_endpoint or self.s3_region or self.s3_access_key):
            raise WrongSetting("WIYATA_S3_BUCKET is missing, while other settings say where it would be.")
        if bool(self.s3_access_key) != bool(self.s3_secret_key):
            raise WrongSetting("WIYATA_S3_ACCESS_KEY and WIYATA_S3_SECRET_KEY belong together: set both, or neither.")

    def database(self, service: str, role: Role) -> str:
        """Give the SQLAlchemy address of a service's database in a role."""
        template = {"owner": self.database_owner, "web": self.database_web, "worker": self.database_worker}[role]
        return template.format(service=service) if template else f"sqlite:///{self.folder / service}.sqlite"

    @property
    def server_threads(self) -> int:
        """How many threads a web process has: for requests under way, those that wait, and those to be refused."""
        return self.web_threads + self.web_waiting + 4

    def make_folder(self) -> None:
        """Make the folder of state where there is none. Raises `WrongSetting` when that can't be done."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            sentence = f"WIYATA_FOLDER is {self.folder}, where no folder can be made ({refused.strerror})."
            raise WrongSetting(sentence) from refused

    @property
    def embedded_log(self) -> Path:
        """The file of the event log where there is no Kafka."""
        return self.folder / "events.sqlite"

    @property
    def storage(self) -> Path:
        """The folder of uploaded files."""
        return self.folder / "files"


def read_settings() -> Settings:
    """Read the environment. Raises `WrongSetting` naming the key of a value that can't be used."""
    env = Env()
    try:
        with env.prefixed("WIYATA_"):
            host, port = env.str("HOST", "127.0.0.1"), env.int("PORT", 8080, validate=Range(1, 65535))
            public_url = env.str("PUBLIC_URL", f"http://{host}:{port}").rstrip("/")
            return Settings(
                folder=Path(env.str("FOLDER", "var")).absolute(),
                host=host,
                port=port,
                operations_port=env.int("OPERATIONS_PORT", 8090, validate=Range(1, 65535)),
                public_url=public_url,
                identity_keys_url=env.str("IDENTITY_KEYS_URL", f"{public_url}/api/identity/keys"),
                database_owner=env.str("DATABASE_OWNER", ""),
                database_web=env.str("DATABASE_WEB", ""),
                database_worker=env.str("DATABASE_WORKER", ""),
                kafka=env.str("KAFKA", ""),
                replica=env.str("REPLICA", "0"),
                tries=env.int("TRIES", 5, validate=Range(1, 100)),
                traces=env.str("TRACES", "", validate=Regexp(r"\A(https?://\S+)?\Z", error="No http address.")),
                stuck_after=env.int("STUCK_AFTER", 120, validate=Range(5, 86_400)),
                log_level=env.str("LOG_LEVEL", "INFO", validate=OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
                web_threads=env.int("WEB_THREADS", 8, validate=Range(1, 64)),
                web_waiting=env.int("WEB_WAITING", 24, validate=Range(0, 1_000)),
                web_workers=env.int("WEB_WORKERS", 1, validate=Range(1, 64)),
                trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=Range(0, 5)),
                json_limit=env.int("JSON_LIMIT", 1_000_000, validate=Range(1_000)),
                upload_limit=env.int("UPLOAD_LIMIT", 200_000_000, validate=Range(1_000)),
                certificate_limit=env.int("CERTIFICATE_LIMIT", 5_000_000, validate=Range(1_000)),
                people_list_limit=env.int("PEOPLE_LIST_LIMIT", 64_000_000, validate=Range(1_000)),
                accesses_kept_days=env.int("ACCESSES_KEPT_DAYS", 730, validate=Range(1, 36_500)),
                s3_endpoint=env.str("S3_ENDPOINT", "", validate=Regexp(r"\A(https?://[^/\s]+/?)?\Z")),
                s3_bucket=env.str("S3_BUCKET", ""),
                s3_region=env.str("S3_REGION", ""),
                s3_access_key=env.str("S3_ACCESS_KEY", ""),
                s3_secret_key=env.str("S3_SECRET_KEY", ""),
                files_location=env.str("FILES_LOCATION", "", validate=Regexp(r"\A(/[a-z0-9-]+/)?\Z")),
            )
    except EnvError as wrong:
        raise WrongSetting(str(wrong)) from wrong
