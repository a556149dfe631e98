"""A Thunderbird without a screen, told what to do by Marionette, its own remote control."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

# Far more than it takes: a busy machine must not fail the test.
PATIENCE = 120

# Chrome's own scripts, as Thunderbird's window of a new calendar does it.
_SUBSCRIBE = """
const [url, name, done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const made = cal.manager.createCalendar("ics", Services.io.newURI(url));
made.name = name;
made.readOnly = true;
made.setProperty("cache.enabled", true);
made.setProperty("refreshInterval", "0");
cal.manager.registerCalendar(made);
done(made.id);
"""
_REFRESH = """
const [id, done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
cal.manager.getCalendarById(id).refresh();
done(null);
"""
_SHOWN = """
const [id, done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const asked = cal.manager.getCalendarById(id);
asked.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null).then(items => done(items.map(
  item => [item.id, item.title, item.startDate.nativeTime, item.status, Number(item.getProperty("SEQUENCE"))]
)));
"""
_DISABLED = """
const [id, done] = arguments;
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
done(Boolean(cal.manager.getCalendarById(id).getProperty("disabled")));
"""
# Nothing asks or calls home; any free port, which it writes down.
_CHOSEN = {
    "app.update.enabled": False,
    "calendar.timezone.local": "Europe/Brussels",
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mailnews.start_page.enabled": False,
    "marionette.port": 0,
    "network.proxy.type": 0,
}


class Shown(NamedTuple):
    """An entry as Thunderbird keeps it; *starts_at* in microseconds since 1970."""

    uid: str
    title: str
    starts_at: int
    status: str
    sequence: int


class Thunderbird:
    """A running Thunderbird with a profile of its own in *home*."""

    def __init__(self, home: Path) -> None:
        program = shutil.which("thunderbird")
        assert program, "Run `make clients` once: it gets the calendar programs."
        profile = home / "profile"
        profile.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in _CHOSEN.items()]
        (profile / "user.js").write_text("".join(lines))
        control = ("--marionette", "--remote-allow-system-access")
        # A session of its own: its whole tree of processes can be ended at once.
        self._process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", str(profile), *control],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._open = ExitStack()
        try:
            self._control = self._open.enter_context(self._connected(profile / "MarionetteActivePort"))
            self._answers = self._open.enter_context(self._control.makefile("rb"))
            self._read()
            self._ask("WebDriver:NewSession", capabilities={})
            self._ask("Marionette:SetContext", value="chrome")
            self._ask("WebDriver:SetTimeouts", script=PATIENCE * 1000)
        except BaseException:
            self.end()
            raise

    def subscribe(self, url: str) -> str:
        """Subscribe to the feed at *url* as its dialog does; return the calendar's id."""
        return str(self._run(_SUBSCRIBE, url, "feed"))

    def refresh(self, calendar: str) -> None:
        """Press *Synchronise*; what comes of it comes later."""
        self._run(_REFRESH, calendar)

    def shown(self, calendar: str) -> list[Shown]:
        return [Shown(*entry) for entry in self._run(_SHOWN, calendar)]

    def is_disabled(self, calendar: str) -> bool:
        return bool(self._run(_DISABLED, calendar))

    def end(self) -> None:
        """Stop the subscription with everything that it started."""
        self._open.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=PATIENCE)

    def _connected(self, written: Path) -> socket.socket:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self._process.poll() is None, "Thunderbird did not start"
            # No file yet, or no number in it, or nobody there yet.
            with suppress(OSError, ValueError):
                return socket.create_connection(("127.0.0.1", int(written.read_text())), timeout=PATIENCE)
            time.sleep(0.1)
        raise AssertionError("Thunderbird does not listen")

    def _run(self, script: str, *arguments: object) -> Any:
        return self._ask("WebDriver:ExecuteAsyncScript", script=script, args=arguments)["value"]

    def _ask(self, command: str, **parameters: object) -> Any:
        # Requests and answers take turns, so one number does for all.
        request = json.dumps([0, 1, command, parameters]).encode()
        self._control.sendall(b"%d:%b" % (len(request), request))
        _kind, _number, fault, answer = self._read()
        assert fault is None, fault
        return answer

    def _read(self) -> Any:
        """Return one message: its length in digits, a colon, JSON."""
        size = b""
        while (sign := self._answers.read(1)) != b":":
            assert sign, "Thunderbird hung up"
            size += sign
        return json.loads(self._answers.read(int(size)))
