"""Every setting with its default. The environment overrides each one with the prefix REGISTRATION_.

What each must be stands in registration/core/setting_checks.py and registration/mail/checks.py.
"""

# development or production; production refuses to start while a setting below is unsafe.
ENV = "development"

# Signs links, sessions and forms. At least 32 random characters in production; development keeps one in DATA.
SECRET_KEY = ""

# Older secrets that still verify, separated by blanks, while a new SECRET_KEY takes over; no shorter than it.
SECRET_KEY_FALLBACKS = ""

# Where people reach this installation, as in https://events.example.org, without a path; links in mails begin
# with it, and with https cookies are for https alone.
BASE_URL = ""

# The folder for the SQLite file, the mails of development and the development secret. Counts from the current
# folder in development; a full path, as in /srv/registration, in production.
DATA = "var"

# sqlite:////folder/file or postgresql://user:password@host/name (several hosts allowed); empty: SQLite in
# DATA. sqlite:///file counts from the current folder, and is refused in production.
DATABASE_URL = ""

# Connections that one process keeps open to PostgreSQL.
DATABASE_POOL_SIZE = 10

# smtp://user:password@host:587, file:///folder or console: ; empty: the folder DATA/mails, and in production
# a refusal.
MAIL_URL = ""

# The address that mails come from; organisers' own addresses go into Reply-To. Production needs one of yours.
MAIL_FROM = "events@example.org"

# Where reports of undelivered mail go, as bounces@events.example.org; each mail adds a number behind a plus,
# and the mail server pipes them into `registration bounce`. Empty: they go to MAIL_FROM.
BOUNCE_ADDRESS = ""

# Where calendars send their answers, as events@events.example.org; each invitation adds a number behind a
# plus, and the mail server pipes them into `registration reply`. Empty: MAIL_FROM, and nobody reads them.
REPLY_ADDRESS = ""

# Mails that each worker hands to the relay in one second at most; 0 is as fast as it takes them.
MAILS_PER_SECOND = 0.0

# Put schema.org data about the reservation into confirmations, for mail programs that show it.
MAIL_STRUCTURED_DATA = False

# The host in calendar UIDs and Message-IDs; never change it once people have calendars. Empty: BASE_URL's.
UID_HOST = ""

# The name of this installation, in page titles and the header; at most 100 characters.
SITE_NAME = "Registration"

# The authority that hears complaints about accessibility, as in FPS Economy, https://economie.fgov.be; the
# accessibility statement names it. Empty: the one of the reader's country.
ACCESSIBILITY_AUTHORITY = ""

# Language (en, fr, nl, de, zh) and zone (as in Europe/Brussels) where nothing else says: of the site's own
# pages and of new organisers.
LOCALE = "en"
TIME_ZONE = "Europe/Brussels"

# The largest request body in bytes of a form for which nothing larger is promised (web/body_limits.py).
MAX_CONTENT_LENGTH = 65536

# The largest file in bytes that answers a question; only forms that ask for a file take one.
MAX_FILE = 2000000

# The largest file in bytes that organisers may publish.
MAX_UPLOAD = 10485760

# The largest number of form fields in one request.
MAX_FORM_PARTS = 1000

# How many people one form may register for one event.
MAX_PARTY = 10

# Hours for which a registration form that was opened can be sent.
FORM_HOURS = 24

# Seconds that a person needs at least for a registration form; sooner, the button is asked for once more.
FORM_SECONDS = 0

# Registrations, each by a form of its own, that one e-mail address may have at a time for one event.
MAX_PER_ADDRESS = 1

# Registration forms that one address (of IPv6 a /64) may send in ten minutes, half of them in one minute; the
# one that is too many comes back as typed, with when to send it again.
FORMS_PER_CLIENT = 60

# Registration forms that a network (a /24, of IPv6 a /56) may send in an hour, and people for one event.
FORMS_PER_NETWORK = 300

# Threads of `registration serve` that answer requests.
THREADS = 8

# Reverse proxies in front of `registration serve`: from that many the X-Forwarded headers are believed.
TRUSTED_PROXIES = 0

# Seconds between the worker's looks at the outbox when nobody wakes it.
WORKER_SECONDS = 5.0

# Sign-in attempts per address and hour before further ones are refused for a while.
SIGN_IN_TRIES = 10
