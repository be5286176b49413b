"""Django's settings, made of the environment by the catalogue's rules.

What other modules ask for has a name of its own here (`DOWNBEAT`, a frozen value); nothing else
reads the environment.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from downbeat.settings import databases, environment, instance, keys, mail

VALUES = environment.read(os.environ)
HOME = Path(VALUES.required("HOME")).absolute()
SOURCE_ROOT = Path(__file__).resolve().parents[3]

try:
    VERSION = version("downbeat")
except PackageNotFoundError:
    VERSION = "0"

DOWNBEAT = instance.instance(VALUES, home=HOME, source_root=SOURCE_ROOT, version=VERSION)

ENCRYPTION_KEYS = keys.encryption_keys(VALUES, home=HOME)
SECRET_KEY = keys.secret_key(ENCRYPTION_KEYS)

DEBUG = DOWNBEAT.debug
ALLOWED_HOSTS = list(DOWNBEAT.allowed_hosts)
ROOT_URLCONF = "downbeat.urls"
ASGI_APPLICATION = "downbeat.asgi.application"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

OUR_APPS = [
    name for name in ("tenants", "flows", "executions") if instance.is_app(SOURCE_ROOT, name)
]
INSTALLED_APPS = [
    "downbeat.apps.DownbeatConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "rest_framework",
    "drf_spectacular",
    "channels",
    *OUR_APPS,
]

MIDDLEWARE = [
    "downbeat.common.api.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES: list[dict[str, object]] = []

DATABASES = databases.databases(VALUES, HOME)
DATABASE_ROUTERS: list[str] = []

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.authentication.PasswordBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = []
# guardian keeps rows for us; it signs nobody in, and an anonymous user holds no right.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
# Addresses are unique among people without a home tenant, and within each home tenant.
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "auth.W004"]

# allauth brings the protocols of sign-in. Its accounts, addresses and application rows are not
# used (they keep secrets as plain text, and know no tenants): ours are in `tenants`.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_ADAPTER = "tenants.sso.openid.ProviderAdapter"

_HTTPS = DOWNBEAT.public_url.startswith("https://")
_COOKIE_PREFIX = "__Host-" if _HTTPS else ""
SESSION_ENGINE = "tenants.portal_sessions"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}downbeat_session"
SESSION_COOKIE_AGE = 3600 * (VALUES.number("SESSION_HOURS") or 168)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [DOWNBEAT.public_url.rstrip("/")] if DOWNBEAT.public_url else []
CSRF_FAILURE_VIEW = "downbeat.common.api.problems.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if DOWNBEAT.trusted_proxies else None

_MAIL = mail.mail(VALUES.text("SMTP_URL"))
EMAIL_BACKEND = _MAIL.backend
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.starts_tls, _MAIL.is_tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _MAIL.sender

DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.authentication.BearerToken",
        "tenants.authentication.BasicPassword",
        "tenants.authentication.SessionCookie",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.authentication.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["downbeat.common.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "downbeat.common.api.parsers.OrjsonParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
        "downbeat.common.api.parsers.YamlTextParser",
        "downbeat.common.api.parsers.PlainTextParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "downbeat.common.api.renderers.OneRenderer",
    "DEFAULT_SCHEMA_CLASS": "downbeat.common.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "downbeat.common.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Downbeat",
    "DESCRIPTION": "Declarative, multi-tenant data orchestration.",
    "VERSION": VERSION,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["tenants.authentication.SignedIn"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["downbeat.common.api.schema.with_components"],
}

CHANNEL_LAYERS = {"default": instance.channel_layer(VALUES.text("CHANNEL_URL"))}

LOGGING = instance.logging(VALUES.required("LOG_LEVEL"))
