"""The settings of a broker of one node that is its own controller (KRaft): quick to start, quick to come back."""

from pathlib import Path

from deploy.background import LOOPBACK


def server_properties(*, folder: Path, port: int, controller_port: int) -> str:
    """The text of server.properties for a broker that keeps its log in the folder and listens on loopback only."""
    settings = {**_identity(port, controller_port), **_one_node(), **_quick(), "log.dirs": str(folder / "data")}
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _identity(port: int, controller_port: int) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    }


def _one_node() -> dict[str, str]:
    return {
        # Topics are made by whoever knows their partitions and retention; a typing error makes none.
        "auto.create.topics.enable": "false",
        "log.retention.ms": "-1",
        # Kafka's own topics want three copies and up to fifty partitions unless told otherwise.
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        # One node's worth of work: the defaults are for a machine of its own.
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }


def _quick() -> dict[str, str]:
    return {
        "group.initial.rebalance.delay.ms": "0",
        # Tests of a consumer that dies may ask for a shorter session than the usual six seconds.
        "group.min.session.timeout.ms": "500",
        # After a kill -9 the broker may not register again before its old session has ended (nine seconds by default).
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
    }
