"""Set a document as PDF: a program of its own, so that fonts and typesetting take no memory from the server.

It reads {"source": …, "facts": …} from standard input and writes the PDF to standard output.
"""

import json
import sys

import typst


def main() -> None:
    """Set what standard input asks for."""
    asked = json.load(sys.stdin)
    source, words = asked["source"].encode(), {"facts": json.dumps(asked["facts"])}
    try:
        # PDF/UA-1: tagged and titled, so that screen readers can read it.
        made = typst.compile(source, sys_inputs=words, pdf_standards="ua-1")
    except typst.TypstError:
        # The standard refuses a sign that no font of this machine has; a PDF with a gap is better than none.
        made = typst.compile(source, sys_inputs=words)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
