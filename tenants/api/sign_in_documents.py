"""The shapes of answers about the instance, signing in and one's own account, as OpenAPI shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from downbeat.common.api.operations import OpenShape, Shape
from tenants.api.joining_documents import Account
from tenants.api.trail_documents import KillSwitch, Maintenance


class PasswordRules(Shape):
    """What a password must have."""

    password_min_length: int
    password_require_special: bool
    password_min_digits: int
    password_min_lower_case: int
    password_min_upper_case: int
    password_allowed_special_characters: str


class SetupState(Shape):
    """Whether there is a first person, and what the instance stands on."""

    done: bool
    repository_type: str
    queue_type: str
    storage_type: str
    secret_type: str
    password_configuration: PasswordRules
    have_auth_not_basic: bool


class SignInButton(Shape):
    """An identity provider on the login page; `suggested` says that the address belongs to it."""

    name: str
    display_name: str
    type: str
    start_url: str
    suggested: bool


class LoginConfiguration(Shape):
    """What the portal has to know before anybody signs in."""

    is_basic_auth_initialized: bool
    tenant: str | None
    providers: list[SignInButton]


class WaysIn(Shape):
    """The ways to sign in that this instance has."""

    login_password: bool
    mails_enabled: bool
    passwordless: bool
    oauths: list[str]


class Preview(Shape):
    """How many lines of a file are shown before it is opened."""

    initial: int
    max: int


class TenantAbilities(Shape):
    """What every tenant has of its own."""

    storage_by_tenant: bool
    secret_by_tenant: bool


class Configuration(Shape):
    """What a signed-in client has to know about the instance."""

    version: str
    edition: str
    url: str | None
    is_custom_dashboards_enabled: bool
    is_anonymous_usage_enabled: bool
    is_ui_anonymous_usage_enabled: bool
    is_ai_enabled: bool
    is_basic_auth_initialized: bool
    is_concurrency_view_enabled: bool
    system_namespace: str
    hidden_labels_prefixes: list[str]
    preview: Preview
    tenants: TenantAbilities
    secrets_enabled: bool
    in_maintenance: bool
    maintenance: Maintenance | None
    kill_switches: list[KillSwitch]
    password_configuration: PasswordRules


class SecondStep(Account):
    """Who signed in; recovery codes when the step was to enrol a first factor."""

    recovery_codes: list[str]


class Location(Shape):
    """Where the browser goes next."""

    location: str


class Factor(Shape):
    """A second factor that counts."""

    id: UUID
    kind: Literal["TOTP", "WEBAUTHN"]
    name: str
    created_at: datetime
    last_used_at: datetime | None


class Factors(Shape):
    """My second factors, and how many recovery codes are left."""

    results: list[Factor]
    recovery_codes_left: int
    required: bool
    passkeys: bool


class NewFactor(Shape):
    """A factor that waits for its proof: the secret of an app, or what a browser needs."""

    id: UUID
    secret: str | None = None
    address: str | None = None
    picture: str | None = None
    public_key: dict[str, Any] | None = None


class RecoveryCodes(Shape):
    """Codes that are shown this once; each is taken once."""

    recovery_codes: list[str]


class Identity(Shape):
    """An account at a provider with which I sign in."""

    id: UUID
    tenant: str
    provider: str | None
    issuer: str
    subject: str
    email: str | None
    created_at: datetime
    last_login_at: datetime | None


class Identities(Shape):
    """All of mine, by tenant."""

    results: list[Identity]
    total: int


class Session(Shape):
    """A browser in which I am signed in."""

    id: UUID
    current: bool
    address: str
    user_agent: str
    tenant: str | None
    started_at: datetime | None
    last_seen_at: datetime | None
    expires_at: datetime


class Sessions(Shape):
    """All of mine, the last used first."""

    results: list[Session]
    total: int


class EndedSessions(Shape):
    """How many were ended."""

    ended: int


class SignInProblem(Shape):
    """Why a sign-in was refused, as administrators are told."""

    code: str
    detail: str


class ProviderTest(Shape):
    """A test of a provider that has begun: where the browser goes, and what to enter there."""

    id: UUID | None
    location: str | None
    addresses: dict[str, str]
    problems: list[SignInProblem]


class ProviderReport(OpenShape):
    """What a sign-in would have done."""

    outcome: str
    problems: list[SignInProblem]


class ProviderTestResult(Shape):
    """What came of a test."""

    id: UUID
    finished: bool
    report: ProviderReport | None


class ExchangedToken(Shape):
    """A token of ours, as RFC 8693 has it."""

    access_token: str
    issued_token_type: str
    token_type: str
    expires_in: int
    scope: str

    model_config = {**Shape.model_config, "alias_generator": None}


class OpenedInvitation(Shape):
    """What an invitation's link is about."""

    id: UUID
    tenant: dict[str, str]
    email: str
    expired_at: datetime
    has_account: bool


class WaitingInvitation(Shape):
    """An invitation that waits for me; only its link opens it."""

    id: UUID
    email: str
    status: str
    tenant_id: str
    sent_at: datetime
    expired_at: datetime


class Removal(Shape):
    """A tenant that was deleted and is not all gone yet."""

    id: str | None
    name: str
    since: datetime
    by: str | None


class Removals(Shape):
    """All of them, the oldest deletion first."""

    results: list[Removal]


class Logo(Shape):
    """A tenant's picture, as it was stored."""

    type: str
    digest: str
    width: int
    height: int


SHAPES: Final = (
    SetupState,
    LoginConfiguration,
    WaysIn,
    Configuration,
    SecondStep,
    Location,
    Factors,
    NewFactor,
    RecoveryCodes,
    Identities,
    Sessions,
    EndedSessions,
    ProviderTest,
    ProviderTestResult,
    ExchangedToken,
    OpenedInvitation,
    WaitingInvitation,
    Removals,
    Logo,
)
