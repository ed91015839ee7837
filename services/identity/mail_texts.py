"""Writes mails: in the language in which somebody signed in last, else in Indonesian and then in English."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.identity.commands.mails import Prepared
from services.identity.links import first_sign_in_link
from services.identity.pages.language import LANGUAGES, Say, saying
from shared.settings import Settings

BETWEEN_LANGUAGES = "\n\n---\n\n"


def write(prepared: Prepared, settings: Settings, *, sender: str, at: datetime) -> EmailMessage:
    """Give the mail that a person gets."""
    languages = (prepared.language,) if prepared.language in LANGUAGES else LANGUAGES
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, prepared.address
    message["Subject"] = " / ".join(_subject(prepared, saying(language)) for language in languages)
    message["Date"] = format_datetime(at)
    # The same name at every try, so that a mail programme shows a mail once that was taken twice.
    message["Message-ID"] = f"<{prepared.id}@{sender.rpartition('@')[2].strip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    text = BETWEEN_LANGUAGES.join(_body(prepared, settings, language) for language in languages)
    # A link stays in one piece for whoever reads the file; most mails hold nothing but ASCII.
    message.set_content(text, cte="7bit" if text.isascii() else "quoted-printable")
    message["Content-Language"] = ", ".join(languages)
    return message


def _subject(prepared: Prepared, say: Say) -> str:
    if prepared.purpose == "reset":
        return say("Kata sandi baru untuk Wiyata")
    return say("Tautan untuk masuk ke Wiyata")


def _body(prepared: Prepared, settings: Settings, language: str) -> str:
    say = saying(language)
    link = first_sign_in_link(settings, prepared.code, language=language)
    until = tell_moment(prepared.expires_at, prepared.zone, language)
    told = _reset(say) if prepared.purpose == "reset" else _invitation(prepared, say)
    lines = (
        say("Yth. %(name)s,", name=prepared.name),
        told[0],
        link,
        say("Tautan berlaku satu kali, sampai %(until)s.", until=until),
        *told[1:],
        f"Wiyata - {prepared.tenant}",
    )
    return "\n\n".join(lines)


def _invitation(prepared: Prepared, say: Say) -> tuple[str, ...]:
    return (
        say(
            "%(tenant)s memakai Wiyata untuk pengembangan kompetensi. Buka tautan ini untuk membuat kata sandi Anda:",
            tenant=prepared.tenant,
        ),
        say("Sesudahnya Anda masuk dengan NIP dan kata sandi itu.")
        if prepared.has_nip
        else say("Sesudahnya Anda masuk dengan alamat surel ini dan kata sandi itu."),
        say(
            "Jika Anda sudah punya kata sandi, tautan ini menggantinya; kata sandi lama tetap berlaku sampai saat itu."
        ),
        say("Jika tautan sudah kedaluwarsa, mintalah yang baru kepada administrator Anda."),
    )


def _reset(say: Say) -> tuple[str, ...]:
    return (
        say("Ada permintaan kata sandi baru untuk akun Anda di Wiyata. Buka tautan ini untuk membuatnya:"),
        say("Kata sandi baru mengeluarkan akun Anda dari semua perangkat lain."),
        say("Jika bukan Anda yang meminta, abaikan surel ini; kata sandi Anda tetap berlaku."),
    )


def tell_moment(at: datetime, zone: str, language: str) -> str:
    """Tell a moment by the clock of a city, as people there write it."""
    local = at.astimezone(ZoneInfo(zone))
    hour = saying(language)("%(hour)s.%(minute)s", hour=f"{local:%H}", minute=f"{local:%M}")
    return f"{format_date(local, 'd MMMM yyyy', locale=language)}, {hour} {local:%Z}"
