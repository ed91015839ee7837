"""What identity keeps true: tenants, unit trees, people and their posts, accounts and roles, clients and tokens."""

from services.identity.model.accounts import Account, Operator, RoleGrant, SignInName
from services.identity.model.base import Base
from services.identity.model.browsers import BrowserSession
from services.identity.model.clients import Client
from services.identity.model.codes import CodeMade, OneTimeCode
from services.identity.model.complete_rosters import CompleteRoster
from services.identity.model.delegations import DelegatedSignIn
from services.identity.model.erasures import ErasedPerson
from services.identity.model.grants import AuthorizationCode, RefreshToken, TokenFamily
from services.identity.model.keys import SigningKey
from services.identity.model.locks import SignInTries
from services.identity.model.mails import Mail, MailAddress
from services.identity.model.organisation import Job, Tenant, Unit
from services.identity.model.people import Person, PostHeld
from services.identity.model.resets import PasswordReset

__all__ = [
    "Account",
    "AuthorizationCode",
    "Base",
    "BrowserSession",
    "Client",
    "CodeMade",
    "CompleteRoster",
    "DelegatedSignIn",
    "ErasedPerson",
    "Job",
    "Mail",
    "MailAddress",
    "OneTimeCode",
    "Operator",
    "PasswordReset",
    "Person",
    "PostHeld",
    "RefreshToken",
    "RoleGrant",
    "SignInName",
    "SignInTries",
    "SigningKey",
    "Tenant",
    "TokenFamily",
    "Unit",
]
