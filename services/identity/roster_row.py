"""Reads one row of a roster by itself: a unit, a job, and a person in a post."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.identity.roster_table import Record, RowError

POSITION_TYPES = frozenset(
    (
        *("jpt_utama", "jpt_madya", "jpt_pratama", "administrator", "pengawas", "pelaksana"),
        *("fungsional_ahli_pertama", "fungsional_ahli_muda", "fungsional_ahli_madya", "fungsional_ahli_utama"),
        *("fungsional_pemula", "fungsional_terampil", "fungsional_mahir", "fungsional_penyelia"),
    )
)
"""The position types of UU 20/2023 and of the two functional ladders, in their Indonesian names."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
_UNIT_TYPE = re.compile(r"[a-z][a-z_]{0,39}")
_EMAIL = re.compile(r"[^@\s\"<>(),;:\\]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
LONGEST_ADDRESS = 200

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SPOILT_NUMBER = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]+")


@dataclass(frozen=True)
class Unit:
    """One organisational unit; `parent` is the code of the unit above it, None for the top."""

    code: str
    name: str
    unit_type: str
    parent: str | None


@dataclass(frozen=True)
class Job:
    """One job (jabatan) of the city's job map."""

    code: str
    name: str
    position_type: str


@dataclass(frozen=True)
class Post:
    """One post held, primary or acting; `valid_from` is None where the file leaves the date open."""

    unit: str
    job: str
    primary: bool
    valid_from: date | None


@dataclass(frozen=True)
class Person:
    """One civil servant; `contract_start` is set for PPPK alone, `row` is the first row that names the person."""

    nip: str
    name: str
    email: str | None
    employment_type: str
    contract_start: date | None
    posts: tuple[Post, ...]
    row: int


@dataclass(frozen=True)
class Line:
    """What one row says: each part is None when its own columns are faulty."""

    row: int
    unit: Unit | None
    job: Job | None
    person: Person | None


def is_address(text: str) -> bool:
    """Tell whether a text has the form of an e-mail address."""
    return len(text) <= LONGEST_ADDRESS and _EMAIL.fullmatch(text) is not None


def read_line(record: Record, errors: list[RowError]) -> Line:
    """Return what a record says by itself, and append what is wrong with it."""
    found: list[RowError] = []
    line = Line(record.row, _read_unit(record, found), _read_job(record, found), _read_person(record, found))
    errors.extend(error for error in found if error.column not in record.unread)
    return line


def _read_unit(record: Record, errors: list[RowError]) -> Unit | None:
    before = len(errors)
    _matching(record, "kode_unit", _CODE, "letters, digits and . _ / -, at most 40", errors)
    _required(record, "unit", errors)
    _matching(record, "jenis_unit", _UNIT_TYPE, "lower-case letters and _, as in dinas or bidang", errors)
    if record["kode_unit_induk"]:
        _matching(record, "kode_unit_induk", _CODE, "letters, digits and . _ / -, at most 40", errors)
    if len(errors) > before or not record.usable("kode_unit", "unit", "jenis_unit", "kode_unit_induk"):
        return None
    return Unit(record["kode_unit"], record["unit"], record["jenis_unit"], record["kode_unit_induk"] or None)


def _read_job(record: Record, errors: list[RowError]) -> Job | None:
    before = len(errors)
    _matching(record, "kode_jabatan", _CODE, "letters, digits and . _ / -, at most 40", errors)
    _required(record, "jabatan", errors)
    position_type = _one_of(record, "jenis_jabatan", sorted(POSITION_TYPES), errors)
    if len(errors) > before or not record.usable("kode_jabatan", "jabatan", "jenis_jabatan"):
        return None
    return Job(record["kode_jabatan"], record["jabatan"], position_type)


def _read_person(record: Record, errors: list[RowError]) -> Person | None:
    before = len(errors)
    employment_type = _one_of(record, "jenis_pegawai", ("PNS", "PPPK"), errors)
    _required(record, "nama", errors)
    if record["email"] and not is_address(record["email"]):
        errors.append(record.error("email", "email_form", "This is no e-mail address; mend it or leave it empty."))
    contract_start = _date(record, "mulai_kontrak", errors)
    _check_contract(record, employment_type, errors)
    _check_nip(record, employment_type, errors)
    primary = _one_of(record, "status_jabatan", ("", "utama", "pelaksana_tugas"), errors) != "pelaksana_tugas"
    valid_from = _date(record, "berlaku_sejak", errors)
    if len(errors) > before or not record.usable(*record.values):
        return None
    post = Post(record["kode_unit"], record["kode_jabatan"], primary, valid_from)
    email = record["email"] or None
    return Person(record["nip"], record["nama"], email, employment_type, contract_start, (post,), record.row)


def _required(record: Record, column: str, errors: list[RowError]) -> bool:
    if not record[column]:
        errors.append(record.error(column, "empty", f"{column} is empty; fill it in."))
    return bool(record[column])


def _matching(record: Record, column: str, form: re.Pattern[str], means: str, errors: list[RowError]) -> None:
    if _required(record, column, errors) and not form.fullmatch(record[column]):
        errors.append(record.error(column, "form", f"{column} may hold {means}."))


def _one_of(record: Record, column: str, allowed: Collection[str], errors: list[RowError]) -> str:
    value = record[column]
    if value not in allowed and ("" in allowed or _required(record, column, errors)):
        choices = ", ".join(choice for choice in allowed if choice)
        errors.append(record.error(column, "unknown_value", f"{column} must be one of: {choices}."))
    return value


def _date(record: Record, column: str, errors: list[RowError]) -> date | None:
    if not record[column]:
        return None
    # date.fromisoformat alone would also take 20260131 and 2026-W05-6, which people write by accident.
    parsed = _real_date(record[column]) if _DATE.fullmatch(record[column]) else None
    if parsed is None:
        errors.append(record.error(column, "date_form", f"{column} must be a real date written like 2026-01-31."))
    return parsed


def _real_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check_contract(record: Record, employment: str, errors: list[RowError]) -> None:
    if employment == "PPPK" and not record["mulai_kontrak"]:
        detail = "A PPPK needs the date the contract started; learning hours are counted by contract year."
        errors.append(record.error("mulai_kontrak", "contract_start_missing", detail))
    if employment == "PNS" and record["mulai_kontrak"]:
        detail = "A PNS has no contract; empty mulai_kontrak or correct jenis_pegawai."
        errors.append(record.error("mulai_kontrak", "contract_start_of_pns", detail))


def _check_nip(record: Record, employment: str, errors: list[RowError]) -> None:
    """Check 18 digits: birth date, then month of appointment (PNS) or any six digits from the contract (NI PPPK).

    Digits 13 and 14 of a NI PPPK are no month (21 and up are common), so only a PNS is held to one. The number itself
    is never repeated in an error: errors travel further than the file.
    """
    nip = record["nip"]
    if _SPOILT_NUMBER.fullmatch(nip):
        detail = "The spreadsheet rounded this number; format the column as text and enter the number again."
        errors.append(record.error("nip", "nip_rounded", detail))
    elif not re.fullmatch(r"[0-9]{18}", nip):
        errors.append(record.error("nip", "nip_form", "A NIP is 18 digits without spaces or other signs."))
    elif _real_date(f"{nip[:4]}-{nip[4:6]}-{nip[6:8]}") is None:
        detail = "The first eight digits of a NIP are a birth date (YYYYMMDD); these are no date."
        errors.append(record.error("nip", "nip_birth_date", detail))
    elif employment == "PNS" and not (1 <= int(nip[12:14]) <= 12 and nip[14] in "12"):
        detail = "Digits 13-14 of a PNS's NIP are a month and digit 15 is 1 or 2; a NI PPPK needs jenis_pegawai PPPK."
        errors.append(record.error("nip", "nip_month", detail))
