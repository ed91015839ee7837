"""What identity keeps about a person, for `/me/data`. Secrets, and the hashes that stand for them, stay here."""

from collections.abc import Mapping

from services.identity.model import (
    Account,
    AuthorizationCode,
    BrowserSession,
    CodeMade,
    ErasedPerson,
    Mail,
    MailAddress,
    OneTimeCode,
    Operator,
    PasswordReset,
    Person,
    PostHeld,
    RefreshToken,
    RoleGrant,
    SignInName,
    TokenFamily,
)
from shared.exports import by_table, rows_behind, rows_of
from shared.service import Export

_WHOLE = by_table(
    CodeMade.person_id,
    ErasedPerson.person_id,
    Mail.person_id,
    Operator.id,
    Person.id,
    PostHeld.person_id,
    RoleGrant.person_id,
    SignInName.person_id,
)

EXPORTS: Mapping[str, Export] = {
    **_WHOLE,
    "accounts": rows_of(Account.person_id, without=["password_hash"]),
    "authorization_codes": rows_of(AuthorizationCode.person_id, without=["code_hash", "challenge", "nonce", "browser"]),
    "browser_sessions": rows_of(BrowserSession.person_id, without=["id_hash", "form_token"]),
    "mail_addresses": rows_of(MailAddress.person_id, without=["address_hash"]),
    "one_time_codes": rows_of(OneTimeCode.person_id, without=["code_hash"]),
    "password_resets": rows_of(PasswordReset.person_id, without=["name_hash"]),
    "refresh_tokens": rows_behind(
        RefreshToken.family_id, TokenFamily.id, TokenFamily.person_id, without=["token_hash"]
    ),
    "token_families": rows_of(TokenFamily.person_id, without=["browser"]),
}
