"""Set tickets as PDF: a program of its own, so that fonts and typesetting take no memory from the server.

It reads {"source": …, "facts": …} from standard input and writes the PDF to standard output.
"""

import json
import sys

import typst

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    # PDF/UA-1: tagged, titled, the QR code described, so that screen readers can read a ticket.
    sys.stdout.buffer.write(
        typst.compile(
            asked["source"].encode(),
            sys_inputs={"facts": json.dumps(asked["facts"])},
            pdf_standards="ua-1",
        )
    )
