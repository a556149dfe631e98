"""What a server says while it runs: each line with its time, its weight and who says it."""

import logging

from flask.logging import default_handler

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TIME = "%Y-%m-%dT%H:%M:%S%z"


def log_lines() -> None:
    """Write what is worth knowing to stderr, one event a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_LINE, _TIME))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("registration").setLevel(logging.INFO)
    # Flask's own would say everything of ours twice.
    logging.getLogger("registration").removeHandler(default_handler)
    # A request that waits for a thread is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
