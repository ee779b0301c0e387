"""Office files, mail and web pages as text that a model reads: headings, lists and tables as Markdown.

`kind` declares what is read, `file_kind` tells as what, `read` decides by a file's content which module reads it, and each says what it left out. All of this runs in the
bounded process behind `core.ports.FileReader`, where it loads its libraries. `archive`, `workbook`, `grid` and
`refusal` serve `/classify`, too.
"""
