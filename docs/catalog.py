"""Bring the catalog up to date with the sentences in the code: `make catalog`, or `python -m docs.catalog`.

New sentences get an empty translation, to be filled in by hand or by a translator's tool; those that the code no longer
has are dropped. A sentence that changed is a new one.
"""  # noqa: INP001 - a script

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "bot" / "locales").glob("*/LC_MESSAGES/parley.po"))
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@cache
def sentences() -> Catalog:
    """Return what the code has to say, by the file that says it. The code is read once."""
    found = Catalog()
    for file, _, sentence, comments, context in sorted(extract_from_dir(ROOT / "bot"), key=lambda one: one[0]):
        found.add(sentence, locations=[(f"bot/{file}", 0)], auto_comments=comments, context=context)
    return found


def updated(file: Path, text: str) -> str:
    """Return a catalog's text with the sentences that the code has now. The same code gives the same text."""
    language = file.parent.parent.name
    catalog = read_po(io.StringIO(text), locale=language)
    catalog.update(sentences(), no_fuzzy_matching=True)
    written = io.BytesIO()
    write_po(
        written, catalog, width=120, omit_header=True, ignore_obsolete=True, include_lineno=False, sort_by_file=True
    )
    return HEADER.format(language=language, plural_forms=catalog.plural_forms) + written.getvalue().decode()


def main() -> None:
    """Write the catalogs."""
    for file in FILES:
        file.write_text(updated(file, file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
