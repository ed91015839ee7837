"""What tokens say, how they are signed, and which keys are published."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from services.identity.model import SigningKey
from services.identity.model.keys import PUBLISHED_AFTER, retired
from services.identity.tokens import Signer, half_hash, s256
from shared.ids import new_id

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ISSUER = "https://wiyata.example/api/identity"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.make(at=AT)


def test_the_challenge_is_that_of_rfc_7636() -> None:
    assert s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_hash_of_an_access_token_is_the_left_half_of_its_sha_256() -> None:
    # The example of OpenID Connect Core, appendix A.3.
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_an_access_token_lives_ten_minutes_and_names_its_roles(key: SigningKey) -> None:
    person, tenant, unit = new_id(), new_id(), str(new_id())
    token = Signer(issuer=ISSUER, key=key, at=AT).access_token(
        subject=person, tenant=tenant, roles=[{"role": "manager", "unit": unit}], client_id=new_id()
    )
    read = jwt.decode(token, ECKey.import_key(key.public_jwk()), algorithms=["ES256"])
    assert read.header == {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    assert read.claims["exp"] - read.claims["iat"] == 600
    assert read.claims["iat"] == int(AT.timestamp())
    assert (read.claims["iss"], read.claims["aud"]) == (ISSUER, "wiyata")
    assert (read.claims["sub"], read.claims["tenant"]) == (str(person), str(tenant))
    assert read.claims["roles"] == [{"role": "manager", "unit": unit}]


def test_two_tokens_of_one_moment_have_two_ids(key: SigningKey) -> None:
    signer, public = Signer(issuer=ISSUER, key=key, at=AT), ECKey.import_key(key.public_jwk())
    tokens = [signer.access_token(subject=new_id(), tenant=new_id(), roles=[], client_id=new_id()) for _ in range(2)]
    assert len({jwt.decode(token, public, algorithms=["ES256"]).claims["jti"] for token in tokens}) == 2


def test_a_token_is_proven_by_its_own_key_alone(key: SigningKey) -> None:
    token = Signer(issuer=ISSUER, key=key, at=AT).access_token(
        subject=new_id(), tenant=new_id(), roles=[], client_id=new_id()
    )
    other = ECKey.import_key(SigningKey.make(at=AT).public_jwk())
    with pytest.raises(BadSignatureError):
        jwt.decode(token, other, algorithms=["ES256"])


def test_what_is_published_of_a_key_can_not_sign(key: SigningKey) -> None:
    assert set(key.public_jwk()) == {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_a_key_is_published_as_long_as_others_may_use_kept_keys() -> None:
    old, new = SigningKey.make(at=AT), SigningKey.make(at=AT + timedelta(days=90))
    assert retired([old, new], at=new.made_at + PUBLISHED_AFTER - timedelta(seconds=1)) == []
    assert retired([old, new], at=new.made_at + PUBLISHED_AFTER) == [old]
    assert retired([new], at=new.made_at + timedelta(days=400)) == []
