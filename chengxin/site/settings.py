"""The one settings file. What differs between installations comes from the environment, typed and checked."""

import secrets
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from chengxin.site.env import env_bool, env_choice, env_int, env_list, env_path, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_path("CHENGXIN_DATA", Path.cwd() / "var")

# A sandbox is an installation of its own, for synthetic persons alone (docs/adr/0020-sandbox.md). The demo switch opens the demo logins,
# the synthetic province and the never-assigned area 149999. A province in production leaves demo and test area off, see site.checks.
SANDBOX = env_bool("CHENGXIN_SANDBOX", default=False)
DEMO = env_bool("CHENGXIN_DEMO", default=False)
TEST_AREA = SANDBOX or env_bool("CHENGXIN_TEST_AREA", default=DEMO)
PRODUCTION = env_bool("CHENGXIN_PRODUCTION", default=False)

# Each face is a process of its own, with its own addresses, cookies and database role: the desk with the person's page and the
# interface, the administration of users and rights, the editors of the public site, and the public site, which knows nobody and opens
# nothing sealed.
FACE = env_choice("CHENGXIN_FACE", ("desk", "administration", "public", "editing"))
# Where links between faces lead; ``chengxin up`` fills in its own ports.
PUBLIC_URL = env_str("CHENGXIN_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
DESK_URL = env_str("CHENGXIN_DESK_URL", "http://127.0.0.1:8001").rstrip("/")

SECRET_KEY_FALLBACKS = env_list("CHENGXIN_SECRET_KEY_FALLBACKS", [])
SECRET_KEY = (
    None if FACE == "public" else env_secret("CHENGXIN_SECRET_KEY", DATA_DIR / "secrets" / "django.key")
) or secrets.token_urlsafe(50)
# Master keys: a file (whose keys VAULT_PROGRAM unwraps where one is named), a variable, or a program that gives them out.
VAULT_SOURCE = env_choice("CHENGXIN_VAULT_SOURCE", ("file", "environment", "program"))
VAULT_KEYS = env_path("CHENGXIN_VAULT_KEYS", DATA_DIR / "keys" / "vault.json")
VAULT_PROGRAM = env_str("CHENGXIN_VAULT_PROGRAM", "")
VAULT_KEY_TEXT = (
    env_secret("CHENGXIN_VAULT_KEY", DATA_DIR / "keys" / "vault.txt") if VAULT_SOURCE == "environment" else None
)
VAULT_SUITE = env_choice("CHENGXIN_VAULT_SUITE", ("international", "national"))
ROLE_PREFIX = env_str("CHENGXIN_ROLE_PREFIX", "chengxin")

# What a client's signed statement must be made out to (aud), and whose name tokens bear.
# A sandbox's says so whatever it is called, so that a statement or token made out to the one is never good for the other.
API_ISSUER = env_str("CHENGXIN_API_ISSUER", f"urn:chengxin:{ROLE_PREFIX}:api") + (":sandbox" if SANDBOX else "")

# The access register's seal: its name in signed heads, the sealer's own key, and where heads are published, outside the database
# and best on another machine (docs/operate.md).
REGISTER_NAME = env_str("CHENGXIN_REGISTER_NAME", f"{ROLE_PREFIX}-register") + ("-sandbox" if SANDBOX else "")
SEALING_KEY = env_path("CHENGXIN_SEALING_KEY", DATA_DIR / "keys" / "sealing.json")
CHECKPOINTS = env_path("CHENGXIN_CHECKPOINTS", DATA_DIR / "checkpoints")
WEBHOOK_NETWORKS = env_list("CHENGXIN_WEBHOOK_NETWORKS", [])
WEBHOOK_AUTHORITY = env_str("CHENGXIN_WEBHOOK_AUTHORITY", "")
WITNESS_URL = env_str("CHENGXIN_WITNESS_URL", "")
WITNESS_KEY = env_str("CHENGXIN_WITNESS_KEY", "")

# Answers of real-name checks leave at this beat, so that their time tells nothing.
CHECK_BEAT_S = env_int("CHENGXIN_CHECK_BEAT_MS", 5) / 1000

# Where providers drop files, a folder for each by its unified code; none unless it is named.
DROP_DIR = env_path("CHENGXIN_DROP", Path()) if env_str("CHENGXIN_DROP", "") else None

# Ways by which persons who ask for it are told that there is a message on their page; none unless they are named.
SMTP_URL = env_str("CHENGXIN_SMTP_URL", "")
SMTP_PASSWORD = (
    ""
    if FACE in {"public", "editing"}
    else env_secret("CHENGXIN_SMTP_PASSWORD", DATA_DIR / "secrets" / "smtp.password") or ""
)
MAIL_FROM = env_str("CHENGXIN_MAIL_FROM", "信用信息系统 <no-reply@localhost>")
SMS_PROGRAM = env_str("CHENGXIN_SMS_PROGRAM", "")

# How long a call that hands in one record waits for its answer before it says where the answer will be.
API_WAIT_S = env_int("CHENGXIN_API_WAIT_MS", 8_000) / 1000

DEBUG = False
ALLOWED_HOSTS = env_list("CHENGXIN_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
BEHIND_PROXY = env_bool("CHENGXIN_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN" if FACE == "editing" else "DENY"  # the editor shows the draft beside itself

LOGIN_APPS = [
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
]
# The content system: where editors work, and where the tables of everything are made. The public site reads views and needs none of it.
CONTENT = FACE == "editing" or (FACE == "desk" and env_bool("CHENGXIN_PROCESS_CONTENT", default=True))
CONTENT_APPS = [
    "chengxin.education.pages",
    "wagtail.contrib.redirects",
    "chengxin.education.pages.apps.Profiles",
    "wagtail.documents",  # the editor asks for its address; nobody has a right to any document
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    *([] if FACE == "public" else LOGIN_APPS),
    "chengxin.ground",
    "chengxin.identity",
    "chengxin.catalogue",
    "chengxin.records",
    "chengxin.sharing",
    "chengxin.sharing.duties",
    "chengxin.education.feedback",
    "chengxin.sharing.authorising",
    "chengxin.sharing.links",
    "chengxin.oversight",
    "chengxin.sharing.correcting",
    "chengxin.sharing.announcing",
    "chengxin.sharing.batches",
    "chengxin.portal",
    "chengxin.site",
    *(CONTENT_APPS if CONTENT else []),
]

# The public site logs nobody in, so there is no session to keep and no form that could be forged in a reader's name.
# Its pages hold no secret either that what is typed could be compressed beside, so they may be compressed.
PUBLIC_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chengxin.site.middleware.content_security",
    "chengxin.site.middleware.tell_sandbox",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chengxin.portal.languages.english_addresses",
    "chengxin.portal.look.carry_large",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chengxin.site.middleware.AnswerErrors",
]
LOGIN_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chengxin.site.middleware.content_security",
    "chengxin.site.middleware.tell_sandbox",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chengxin.portal.languages.english_addresses",
    "chengxin.portal.look.carry_large",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chengxin.portal.uploads.discard_leftovers",
    "chengxin.site.middleware.AnswerErrors",
]
EDITING_MIDDLEWARE = [
    "chengxin.site.middleware.content_security_for_editors"
    if one == "chengxin.site.middleware.content_security"
    else one
    for one in LOGIN_MIDDLEWARE
]
MIDDLEWARE = {"public": PUBLIC_MIDDLEWARE, "editing": EDITING_MIDDLEWARE}.get(FACE, LOGIN_MIDDLEWARE)

WSGI_APPLICATION = "chengxin.site.wsgi.application"
ROOT_URLCONF = {
    "desk": "chengxin.site.urls",
    "administration": "chengxin.site.admin_urls",
    "public": "chengxin.site.public_urls",
    "editing": "chengxin.site.editing_urls",
}[FACE]
CSRF_FAILURE_VIEW = "chengxin.portal.pages.csrf_failed"

# Logging in. How long a session lasts stands in identity/login.toml and is the session's own to say; browsers forget it on closing.
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["chengxin.identity.backends.Officers"]
SESSION_ENGINE = "chengxin.identity.sessions"
# The prefix holds browsers to what production says anyway: over https alone, for this host alone.
COOKIES = ("__Host-" if PRODUCTION else "") + (f"chengxin_sandbox_{FACE}" if SANDBOX else f"chengxin_{FACE}")
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = COOKIES, f"{COOKIES}_form"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Lax and no stricter: a person comes back from the real-name platform by a link.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
FACE_HOME, LOGOUT_REDIRECT_URL = {
    "desk": ("portal:desk", "portal:start"),
    "administration": ("administration:officers", "account_login"),
    "public": ("public:start", "public:start"),
    "editing": ("wagtailadmin_home", "account_login"),
}[FACE]
PERSON_HOME = "person-home"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
ACCOUNT_ADAPTER = "chengxin.portal.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    "password1*",
]  # nobody signs up: this only says that there are no e-mail addresses
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Failures are counted in the database for every process together (identity.services.logging_in), not in a process's memory.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "chengxin.portal.accounts.adapters.SecondFactors"
ACCOUNT_FORMS = {"login": "chengxin.portal.accounts.forms.LoginForm"}
# Telephones and recovery codes are our own (identity.services.factors): sealed, hashed, each code taken once by all processes together.
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_FORMS = {
    "authenticate": "chengxin.portal.accounts.forms.CodeForm",
    "authenticate_webauthn": "chengxin.portal.accounts.forms.PasskeyForm",
}
MFA_TOTP_ISSUER = "诚信·沙箱 Chengxin sandbox" if SANDBOX else "诚信 Chengxin"
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
SOCIALACCOUNT_ADAPTER = "chengxin.portal.accounts.adapters.Platforms"

# The real-name platform where persons log in: OpenID Connect, by its address; without one persons can't log in here.
OIDC_URL = env_str("CHENGXIN_OIDC_URL", "")
OIDC_NAME = env_str("CHENGXIN_OIDC_NAME", "省统一身份认证平台")
OIDC_CLAIMS = {
    "name": env_str("CHENGXIN_OIDC_CLAIM_NAME", "name"),
    "code": env_str("CHENGXIN_OIDC_CLAIM_CODE", "id_number"),
    "code_type": env_str("CHENGXIN_OIDC_CLAIM_CODE_TYPE", "id_type"),
}
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": env_list("CHENGXIN_OIDC_SCOPES", ["openid", "profile"]),
        "APPS": [
            {
                "provider_id": "platform",
                "name": OIDC_NAME,
                "client_id": env_str("CHENGXIN_OIDC_CLIENT", "chengxin"),
                "secret": env_secret("CHENGXIN_OIDC_SECRET", DATA_DIR / "secrets" / "oidc.secret") or "",
                "settings": {"server_url": OIDC_URL},
            }
        ],
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_CONTEXT = [
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "chengxin.portal.context.installation",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                *(["chengxin.portal.faces.unknown_reader"] if FACE == "public" else LOGIN_CONTEXT),
            ],
        },
    },
]


def database(url: str) -> dict[str, Any]:
    """Turn a libpq URL into Django's form; an empty one leaves a name that no server knows, for checks without a database."""
    parts = conninfo_to_dict(url or "dbname=no-database-chosen host=localhost")
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, Any] = {target: str(parts.pop(source, "") or "") for source, target in named.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **settings,
        # Only what asks for it is prepared (ground/prepared.py): never because it came often.
        "OPTIONS": {
            **{key: value for key, value in parts.items() if value is not None},
            "pool": False,
            "prepare_threshold": 2**31,
        },
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


# One database role per process (design, decision 5): whoever starts the process chooses the role by this address.
DATABASES = {"default": database(env_str("CHENGXIN_PROCESS_DATABASE", ""))}
# Whether that is a server of the operator's own, whose disk can't be seen from here; said by whoever started the process.
OWN_SERVER = env_bool("CHENGXIN_PROCESS_OWN_SERVER", default=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Static files are collected at set-up (scripts/setup.sh), each face's own: compressed, and under names that change with what is in
# them, so that browsers may keep them for good.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "portal" / "collected" / FACE
STORAGES = {
    # Pictures of the public site are the only files kept, and stand in the database: so do backups hold them.
    "default": {"BACKEND": "chengxin.education.pages.storage.DatabaseFiles"},
    # What the few editors load, in an office, isn't compressed ahead: it would be half of the set-up.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if FACE == "editing"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Uploads never touch Django's temporary files: chunks go straight into the encrypted spool, lists of organisations into memory,
# and what somebody sends to the public site nowhere.
FILE_UPLOAD_HANDLERS = {
    "desk": [
        "chengxin.portal.desk.catalogue_uploads.DraftUploadHandler",
        "chengxin.portal.desk.scan_uploads.ScanUploadHandler",
        "chengxin.portal.uploads.SpoolUploadHandler",
    ],
    "administration": ["chengxin.portal.administration.uploads.ListUploadHandler"],
    "editing": ["chengxin.portal.editing.uploads.PictureUploadHandler"],
    "public": [],
}[FACE]
MAX_UPLOAD_MB = env_int("CHENGXIN_MAX_UPLOAD_MB", 2048)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# How long pages without any person may be kept by others, and in the public process itself.
PAGE_MAX_AGE_S = env_int("CHENGXIN_PAGE_MAX_AGE_S", 60)
PAGE_HELD_S = env_int("CHENGXIN_PAGE_HELD_S", 10)
PAGE_TEMPLATE = "portal/editing/preview.html"
WAGTAIL_SITE_NAME = "诚信"
WAGTAILADMIN_BASE_URL = env_str("CHENGXIN_EDITING_URL", "http://127.0.0.1:8003").rstrip("/")
WAGTAILADMIN_LOGIN_URL = "/login/"
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAILADMIN_COMMENTS_ENABLED = True
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
# Accounts have no e-mail address, and their picture is asked for at no other server.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE, WAGTAILIMAGES_MAX_IMAGE_PIXELS = 8 << 20, 40_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "chengxin.education.pages.pictures.PictureForm"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # of the others some are none to browsers, whose list then breaks
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]

# No personal value in a log (design, decision 12): our own loggers write codes and counts; Django's request logger writes the
# path, which never holds an identity code.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"bare": {"()": "chengxin.ground.logs.BareErrors"}, "links": {"()": "chengxin.ground.logs.NoLinks"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["bare", "links"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers are taken away: its mails to administrators would carry what was posted.
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
