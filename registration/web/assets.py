"""Static files under names that carry a hash of their content, so that browsers may keep them for a year."""

import hashlib
import mimetypes
from pathlib import Path

from flask import Flask, Response, abort, request, send_file

FOLDER = Path(__file__).resolve().parent.parent / "static"


def init_app(app: Flask) -> None:
    """Serve the static folder at /static/ and give templates `static_url`."""
    names = {
        path.relative_to(FOLDER).as_posix(): _hashed_name(path)
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file()
    }
    files = {hashed: name for name, hashed in names.items()}

    def static_url(name: str) -> str:
        return f"/static/{names[name]}"

    def static(name: str) -> Response:
        original = files.get(name, name if name in names else None)
        if original is None:
            abort(404)
        kind = mimetypes.guess_type(original)[0] or "application/octet-stream"
        response = send_file(FOLDER / original, mimetype=kind)
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if name in files else "public, max-age=300"
        )
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/<path:name>", "static", static)
    app.jinja_env.globals["static_url"] = static_url


def _hashed_name(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    relative = path.relative_to(FOLDER)
    return relative.with_name(f"{relative.stem}.{digest}{relative.suffix}").as_posix()
