"""Read by what forks processes, once: the code of all URLs is compiled, which every application repeats."""

import gc
import tempfile

from registration import create_app
from tests import conftest

assert conftest  # it keeps what was compiled
with tempfile.TemporaryDirectory() as _folder:
    create_app({"DATA": _folder, "SECRET_KEY": "x" * 40})
# What no child changes need not be looked through in each, nor be copied for it.
gc.collect()
gc.freeze()
