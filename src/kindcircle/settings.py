"""Every setting, in one file. Each `KINDCIRCLE_*` word is explained in docs/reference/settings.md (a test compares)."""

import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from csp.constants import NONE, SELF

from kindcircle.base.lib import env, places

PACKAGE = Path(__file__).parent

HOME = places.home()
DATA_DIR = HOME / "data"
KEYS_DIR = places.keys()
ROOT_KEY_FILE = KEYS_DIR / "root.key"
SITE_CONTENT = HOME / "content"

# A demo site has made-up people and sign-in links on the console. A real site has neither.
DEMO = env.flag("KINDCIRCLE_DEMO", default=False)
DEBUG = env.flag("KINDCIRCLE_DEBUG", default=False)

ORIGIN = env.text("KINDCIRCLE_ORIGIN", f"http://127.0.0.1:{places.port()}").rstrip("/")
_ORIGIN = urlsplit(ORIGIN)
SECURE = _ORIGIN.scheme == "https"
ALLOWED_HOSTS = [_ORIGIN.hostname or "127.0.0.1", *env.words("KINDCIRCLE_EXTRA_HOSTS")]
if not SECURE:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [ORIGIN]
# How many proxies of ours stand in front; 0 means the peer's address is the person's.
TRUSTED_PROXIES = env.number("KINDCIRCLE_TRUSTED_PROXIES", 0)
LEAVE_TO = env.text("KINDCIRCLE_LEAVE_TO", "https://www.wikipedia.org/")


def _secret_key() -> str:
    """The site's signing key. Without one a throw-away key lets tools import settings; serving refuses it."""
    file = KEYS_DIR / "signing.key"
    return env.text("KINDCIRCLE_SECRET_KEY") or (
        file.read_text(encoding="utf-8").strip() if file.is_file() else secrets.token_urlsafe(48)
    )


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.auth",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "kindcircle.base.people",
    "kindcircle.base.audit",
    "kindcircle.base.vault",
    "kindcircle.base.outbox",
    "kindcircle.rooms.tasks",
    "kindcircle.rooms.intake",
    "kindcircle.rooms.team",
    "kindcircle.rooms.groups",
    "kindcircle.rooms.preparing",
    "kindcircle.rooms.safety",
    "kindcircle.rooms.forming",
    "kindcircle.rooms.conversations",
    "kindcircle.rooms.measures",
    "kindcircle.rooms.research",
    "kindcircle.rooms.writing",
    "kindcircle.rooms.live",
    "kindcircle.rooms.practice",
    "kindcircle.rooms.feedback",
    "kindcircle.rooms.backdraft",
    "kindcircle.rooms.resonance",
    "kindcircle.rooms.sharing",
    "kindcircle.rooms.care",
    "kindcircle.rooms.alliance",
    "kindcircle.rooms.reminders",
    "kindcircle.rooms.ending",
    "kindcircle.doors.web.shared",
    "kindcircle.doors.web.member",
    "kindcircle.doors.web.facilitator",
    "kindcircle.doors.web.organisation",
    "kindcircle.doors.web.words",
    "kindcircle.doors.web.calendar",
    "kindcircle.doors.web.mailing",
    "kindcircle.doors.web.privacy",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kindcircle.doors.web.shared.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "kindcircle.doors.web.shared.packing.PackedPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kindcircle.doors.web.shared.middleware.ActorMiddleware",
    "kindcircle.doors.web.shared.middleware.KindErrorMiddleware",
]

ROOT_URLCONF = "kindcircle.urls"
WSGI_APPLICATION = "kindcircle.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kindcircle.doors.web.shared.context.site",
            ],
        },
    }
]

# --- the database ---


def _database() -> dict[str, object]:
    """SQLite in the data folder, or the PostgreSQL named by KINDCIRCLE_DATABASE (postgresql://user@host/name)."""
    url = env.text("KINDCIRCLE_DATABASE")
    if not url:
        return {
            "ENGINE": "kindcircle.base.lib.sqlite3",
            "NAME": DATA_DIR / "kindcircle.sqlite3",
            "CONN_MAX_AGE": 60,  # opening anew for every page cost a quarter of it (bench/check_in.py)
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: only a synced commit survives a power cut (ADR 0005). secure_delete: erased means erased.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728; "
                    "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=-16000"
                ),
            },
            "TEST": {"NAME": env.text("KINDCIRCLE_TEST_DATABASE", str(DATA_DIR / "test.sqlite3"))},
        }
    parts = urlsplit(url)
    if parts.scheme != "postgresql":
        raise env.BadSetting("KINDCIRCLE_DATABASE must start with postgresql:// (or be left out for SQLite).")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or env.text("KINDCIRCLE_DATABASE_PASSWORD"),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c synchronous_commit=on -c lock_timeout=20000"},
    }


DATABASES = {"default": _database()}


def _redis() -> str:
    """The Redis by which server processes tell one another of news in a meeting, or empty for none."""
    url = env.text("KINDCIRCLE_REDIS")
    if not url:
        return ""
    if not re.fullmatch(r"rediss?://(\S*@)?[^\s/@:]+(:\d{1,5})?(/\d{0,3})?|unix://(\S*@)?/\S+", url):
        raise env.BadSetting(
            "KINDCIRCLE_REDIS must be redis://host, rediss://host or unix:///path (or be left out for none)."
        )
    password, parts = env.text("KINDCIRCLE_REDIS_PASSWORD"), urlsplit(url)
    if not password:
        return url
    if parts.password:
        raise env.BadSetting("KINDCIRCLE_REDIS and KINDCIRCLE_REDIS_PASSWORD both hold a password. Please keep one.")
    user = f"{parts.username or ''}:{quote(password, safe='')}@"
    return parts._replace(netloc=user + parts.netloc.rpartition("@")[2]).geturl()


REDIS = _redis()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people, sign-in, sessions ---

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# The user's `email` column holds a blind address, never the real one (docs/adr/0007): see doors/web/shared/sign_in.
ACCOUNT_ADAPTER = "kindcircle.doors.web.shared.sign_in.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "kindcircle.doors.web.shared.sign_in.forms.SignInForm",
    "request_login_code": "kindcircle.doors.web.shared.sign_in.forms.AskForCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,30/m/ip",
    "request_login_code": "5/5m/key,30/m/ip",
    "join": "20/10m/ip",
    "invitation": "20/h/ip",
    "come": "30/h/ip",
    "address": "5/h/key",
    "take-along": "5/d/key",
    "calendar": "20/h/ip",
    "calendar-feed": "60/h/key",
}
MFA_ADAPTER = "kindcircle.doors.web.shared.sign_in.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "kindcircle.doors.web.shared.sign_in.forms.AddPasskeyForm",
    "edit_webauthn": "kindcircle.doors.web.shared.sign_in.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Kindcircle"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # since its last change; base/people/sessions.py ends it sooner
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kindcircle.doors.web.shared.errors.stale_form"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Minutes until an untouched page covers itself; hours from sign-in until a session ends whatever happens.
MEMBER_IDLE_MINUTES = 15
STAFF_IDLE_MINUTES = 10
MEMBER_HOURS = 12
STAFF_HOURS = 8

# --- what a browser may do ---

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["htmx", "default"],
    },
    # A style or a script keeps the policy of the page that asks for it; half a kilobyte on each would be wasted.
    "EXCLUDE_URL_PREFIXES": ("/static/",),
}
X_FRAME_OPTIONS = "DENY"
# Nothing to other sites. "no-referrer" would make browsers send "Origin: null" with our own forms, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # TLS ends at the proxy, which redirects
    "security.W021",  # a preload list is for the owner of the whole domain to ask for
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE and TRUSTED_PROXIES else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "kindcircle.doors.web.shared.uploads.RecordingHandler",  # anything larger, on one page, for those who may
]
FILE_UPLOAD_TEMP_DIR = DATA_DIR
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- language and time ---

LANGUAGE_CODE = "en-gb"
# Each language says its own name, so that whoever needs it finds it; docs/how-to/add-a-language.md adds one.
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["kindcircle.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- files, mail, logs, work ---

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is ever stored as an upload
    "staticfiles": {"BACKEND": "kindcircle.doors.web.shared.static_files.HashedFiles"},
}
WHITENOISE_MAX_AGE = 3600
# How much all recordings of one organisation may hold together, in megabytes.
RECORDINGS_MB = env.number("KINDCIRCLE_RECORDINGS_MB", 2000, lowest=1)

# How many have to answer before a group is told how many of them know something (5 at least, 7 is better).
FELT_FROM = env.number("KINDCIRCLE_FELT_FROM", 5, lowest=5, highest=7)

EMAIL_HOST = env.text("KINDCIRCLE_MAIL_HOST")
EMAIL_PORT = env.number("KINDCIRCLE_MAIL_PORT", 587)
EMAIL_HOST_USER = env.text("KINDCIRCLE_MAIL_USER")
EMAIL_HOST_PASSWORD = env.text("KINDCIRCLE_MAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("KINDCIRCLE_MAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"  # a demo, or a site whose mail is not set up yet
)
EMAIL_FILE_PATH = HOME / "mail"
DEFAULT_FROM_EMAIL = env.text("KINDCIRCLE_MAIL_FROM", "notices@localhost")

BACKUP_RECIPIENT = env.text("KINDCIRCLE_BACKUP_RECIPIENT")
# "inside": the server process does the due work itself; "apart": `kindcircle worker` does.
WORKER = env.text("KINDCIRCLE_WORKER", "inside")
WORKER_SECONDS = env.number("KINDCIRCLE_WORKER_SECONDS", 5, lowest=1)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nowhere": {"class": "logging.NullHandler"},  # without any handler, Python prints warnings by itself
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "kindcircle": {"level": "INFO"},
        # Django's request log names paths, and paths hold codes; errors reach us through kindcircle.errors instead.
        "django.request": {"handlers": ["nowhere"], "propagate": False},
        "django.security": {"level": "ERROR"},
    },
}
