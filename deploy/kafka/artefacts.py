"""Kafka's own jars, fetched once from Maven Central, and the Java that runs them."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from deploy.background import ROOT, CannotStart, last_lines, one_at_a_time

POM = Path(__file__).with_name("pom.xml")
HOME = ROOT / "var" / "kafka"
OLDEST_JAVA = 17


@cache
def java() -> str:
    """The path of a Java that is new enough; raises CannotStart with the package to install otherwise."""
    program = shutil.which("java")
    if program is None:
        raise CannotStart(f"Kafka needs Java {OLDEST_JAVA} or newer: install the package openjdk-17-jre-headless.")
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise CannotStart(
            f"Kafka needs Java {OLDEST_JAVA} or newer, and {program} is {version[1] if version else 'of unknown age'}: "
            "install the package openjdk-17-jre-headless and make it the default."
        )
    return program


def class_path() -> str:
    """Java's class path of the broker; fetches the jars when they are missing or another version is asked for."""
    libs = HOME / "libs"
    with one_at_a_time(HOME / "maven"):
        # The description lies beside what was fetched for it, so a new version in pom.xml is noticed.
        fetched = libs / POM.name
        if not fetched.exists() or fetched.read_bytes() != POM.read_bytes():
            _fetch(libs)
    return f"{libs}/*"


def _fetch(libs: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotStart("Kafka is fetched with Maven, and this machine has no mvn: install the package maven.")
    print("Fetching Kafka with Maven, once (about 45 MB) …", flush=True)
    # A fetch that is cut off leaves a folder of another name, never half a library.
    arriving, log = libs.with_name("libs.arriving"), HOME / "maven" / "maven.log"
    for leftover in (arriving, libs):
        shutil.rmtree(leftover, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={arriving}"]
    with log.open("wb") as output:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    if ended.returncode:
        raise CannotStart(f"Maven could not fetch Kafka:\n{last_lines(log)}")
    shutil.copy(POM, arriving)
    arriving.rename(libs)
